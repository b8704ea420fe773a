import { queryOptions } from "@tanstack/react-query";

import { call } from "./client";
import type { EnvironmentCreate, EnvironmentUpdate, PromotionRuleCreate, PromotionRuleUpdate } from "./types";

export const environmentsQuery = (project: string) =>
  queryOptions({
    queryKey: ["environments", project],
    queryFn: async ({ signal }) => (await call("get", "/api/v1/projects/{slug}/environments", { path: { slug: project }, signal })).environments,
    // A freeze begins and ends without an event.
    refetchInterval: 30_000,
  });

export async function createEnvironment(project: string, body: EnvironmentCreate) {
  return (await call("post", "/api/v1/projects/{slug}/environments", { path: { slug: project }, body })).environment;
}

/** Development, staging, production. */
export async function createDefaultEnvironments(project: string) {
  return (await call("post", "/api/v1/projects/{slug}/environments/defaults", { path: { slug: project } })).environments;
}

export async function updateEnvironment(project: string, environment: string, body: EnvironmentUpdate) {
  return (await call("patch", "/api/v1/projects/{slug}/environments/{environment}", { path: { slug: project, environment }, body })).environment;
}

export async function deleteEnvironment(project: string, environment: string): Promise<void> {
  await call("delete", "/api/v1/projects/{slug}/environments/{environment}", { path: { slug: project, environment } });
}

export const promotionRulesQuery = (project: string) =>
  queryOptions({
    queryKey: ["promotion-rules", project],
    queryFn: async ({ signal }) => (await call("get", "/api/v1/projects/{slug}/promotion-rules", { path: { slug: project }, signal })).promotion_rules,
  });

export async function createPromotionRule(project: string, body: PromotionRuleCreate) {
  return (await call("post", "/api/v1/projects/{slug}/promotion-rules", { path: { slug: project }, body })).promotion_rule;
}

export async function updatePromotionRule(project: string, id: string, body: PromotionRuleUpdate) {
  return (await call("patch", "/api/v1/projects/{slug}/promotion-rules/{id}", { path: { slug: project, id }, body })).promotion_rule;
}

export async function deletePromotionRule(project: string, id: string): Promise<void> {
  await call("delete", "/api/v1/projects/{slug}/promotion-rules/{id}", { path: { slug: project, id } });
}
