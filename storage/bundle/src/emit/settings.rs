//! What holds for the whole proxy.

use sentinel_model::config::Settings;
use sentinel_model::config::check::At;
use sentinel_model::config::settings::AccessLogFormat;
use zentinel_config::{AccessLogConfig, CacheStorageConfig, GlobalLimitConfig, RateLimitKey};

use super::Emitter;
use crate::capability::Feature;

impl Emitter<'_> {
    pub(super) fn settings(&mut self, settings: &Settings, at: At<'_>) {
        let Settings { name: _, worker_threads, requests_per_second, limits, access_log, cache } = settings;
        if let Some(threads) = worker_threads
            && self.need(Feature::WorkerThreads, at.field("worker_threads"))
        {
            self.config.server.worker_threads = *threads as usize;
        }
        if let Some(requests) = requests_per_second
            && self.need(Feature::GlobalRateLimit, at.field("requests_per_second"))
        {
            // The proxy reads neither the burst nor the key.
            let limit = GlobalLimitConfig { max_rps: *requests, burst: *requests, key: RateLimitKey::Route };
            self.config.rate_limits.global = Some(limit);
        }
        if let Some(limits) = limits
            && self.need(Feature::Limits, at.field("limits"))
        {
            let own = &mut self.config.limits;
            for (given, setting) in [
                (limits.max_header_bytes, &mut own.max_header_size_bytes),
                (limits.max_header_count, &mut own.max_header_count),
                (limits.max_body_bytes, &mut own.max_body_size_bytes),
            ] {
                if let Some(number) = given {
                    *setting = usize::try_from(number).unwrap_or(usize::MAX);
                }
            }
        }
        if let Some(log) = access_log
            && self.need(Feature::AccessLog, at.field("access_log"))
        {
            let format = match log.format {
                AccessLogFormat::Json => "json",
                AccessLogFormat::Combined => "combined",
            };
            self.config.observability.logging.access_log = Some(AccessLogConfig {
                file: log.path.clone().into(),
                format: format.to_owned(),
                // Otherwise lines stay in memory until it is full, and the last ones are lost.
                buffer_size: 1,
                ..AccessLogConfig::default()
            });
        }
        if let Some(cache) = cache
            && self.need(Feature::CacheStore, at.field("cache"))
        {
            self.config.cache = Some(CacheStorageConfig {
                max_size_bytes: usize::try_from(cache.max_bytes).unwrap_or(usize::MAX),
                status_header: cache.status_header,
                ..CacheStorageConfig::default()
            });
        }
    }
}
