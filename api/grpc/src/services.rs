//! The services: each call extracts, calls one use case and writes the answer.

mod api_key;
mod audit;
mod bundle;
mod certificate;
mod cluster;
mod config;
mod drift;
mod enrolment_token;
mod environment;
mod event;
mod freeze_window;
mod internal_ca;
mod member;
mod node;
mod node_group;
mod org;
mod project;
mod promotion_rule;
mod rollout;
mod rollout_template;
mod secret;
mod service_template;
mod simulator;
