import { infiniteQueryOptions, keepPreviousData, queryOptions } from "@tanstack/react-query";

import { call } from "./client";
import { ApiError } from "./error";
import { PAGE_SIZE, paging } from "./paging";
import type { DriftFilter, DriftSeverity } from "./types";

export interface DriftFilters {
  status?: DriftFilter;
  severity?: DriftSeverity;
  node_id?: string;
}

export const driftQuery = (project: string, filters: DriftFilters = {}) =>
  infiniteQueryOptions({
    ...paging,
    queryKey: ["drift", project, "list", filters],
    placeholderData: keepPreviousData,
    queryFn: ({ pageParam: cursor, signal }) => call("get", "/api/v1/projects/{slug}/drift", { path: { slug: project }, query: { ...filters, limit: PAGE_SIZE, cursor }, signal }),
    select: (data) => data.pages.flatMap((page) => page.drift_events),
  });

export const driftStatsQuery = (project: string) =>
  queryOptions({
    queryKey: ["drift", project, "stats"],
    queryFn: ({ signal }) => call("get", "/api/v1/projects/{slug}/drift/stats", { path: { slug: project }, signal }),
    refetchInterval: 30_000,
  });

export const driftEventQuery = (project: string, id: string) =>
  queryOptions({
    queryKey: ["drift", project, "one", id],
    queryFn: async ({ signal }) => (await call("get", "/api/v1/projects/{slug}/drift/{id}", { path: { slug: project, id }, signal })).drift_event,
  });

/** What a node really runs, in full, or ran when this drift was found; null when it has not told it, or the caller may not read configurations. */
export const runtimeConfigQuery = (project: string, node: string, event?: string) =>
  queryOptions({
    queryKey: ["drift", project, "config", node, event],
    queryFn: async ({ signal }) => {
      try {
        return (await call("get", "/api/v1/projects/{slug}/nodes/{id}/runtime-config", { path: { slug: project, id: node }, query: { drift_event: event }, signal })).runtime_config;
      } catch (error) {
        if (error instanceof ApiError && (error.status === 404 || error.status === 403)) return null;
        throw error;
      }
    },
  });

export async function resolveDrift(project: string, id: string, reason: string) {
  return (await call("post", "/api/v1/projects/{slug}/drift/{id}/resolve", { path: { slug: project, id }, body: { reason } })).drift_event;
}

/** Resolves what was looked at up to a time, in as many portions as it takes; how many that were, and how many stay because they are newer. */
export async function resolveAllDrift(project: string, reason: string, seen_until: string): Promise<{ resolved: number; stay: number }> {
  let resolved = 0;
  for (;;) {
    const done = await call("post", "/api/v1/projects/{slug}/drift/resolve-all", { path: { slug: project }, body: { reason, seen_until } });
    resolved += done.resolved_count;
    if (done.left === 0 || done.resolved_count === 0) return { resolved, stay: done.left + done.later };
  }
}
