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

/** What a node really runs, in full; null when it has not told it, or the caller may not read configurations. */
export const runtimeConfigQuery = (project: string, node: string) =>
  queryOptions({
    queryKey: ["drift", project, "config", node],
    queryFn: async ({ signal }) => {
      try {
        return (await call("get", "/api/v1/projects/{slug}/nodes/{id}/runtime-config", { path: { slug: project, id: node }, signal })).runtime_config;
      } catch (error) {
        if (error instanceof ApiError && (error.status === 404 || error.status === 403)) return null;
        throw error;
      }
    },
  });

export async function resolveDrift(project: string, id: string, reason: string) {
  return (await call("post", "/api/v1/projects/{slug}/drift/{id}/resolve", { path: { slug: project, id }, body: { reason } })).drift_event;
}

export async function resolveAllDrift(project: string, reason: string): Promise<number> {
  return (await call("post", "/api/v1/projects/{slug}/drift/resolve-all", { path: { slug: project }, body: { reason } })).resolved_count;
}
