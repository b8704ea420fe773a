import { infiniteQueryOptions, keepPreviousData, queryOptions } from "@tanstack/react-query";

import { call } from "./client";
import { PAGE_SIZE, paging } from "./paging";
import type { Node, NodeStatus, NodeUpdate, Slot } from "./types";

export interface NodeFilters {
  status?: NodeStatus;
  slot?: Slot;
  environment?: string;
  group?: string;
  q?: string;
  labels?: Record<string, string>;
}

export const nodesQuery = (project: string, filters: NodeFilters = {}) =>
  infiniteQueryOptions({
    ...paging,
    queryKey: ["nodes", project, "list", filters],
    placeholderData: keepPreviousData,
    queryFn: ({ pageParam: cursor, signal }) =>
      call("get", "/api/v1/projects/{slug}/nodes", {
        path: { slug: project },
        // The description has no word for "any key"; the address is `labels[KEY]=VALUE`.
        query: { ...filters, labels: filters.labels as Record<string, never> | undefined, limit: PAGE_SIZE, cursor },
        signal,
      }),
    select: (data) => data.pages.flatMap((page) => page.nodes),
    // Heartbeats are no events; the more is on the screen, the less often it is read anew.
    refetchInterval: (query) => Math.max(3, query.state.data?.pages.length ?? 1) * 10_000,
  });

export const nodeQuery = (project: string, id: string) =>
  queryOptions({
    queryKey: ["nodes", project, "one", id],
    // Heartbeats and traffic are no events.
    refetchInterval: 10_000,
    queryFn: async ({ signal }) =>
      (await call("get", "/api/v1/projects/{slug}/nodes/{id}", { path: { slug: project, id }, signal })).node,
  });

export const nodeStatsQuery = (project: string) =>
  queryOptions({
    queryKey: ["nodes", project, "stats"],
    queryFn: ({ signal }) => call("get", "/api/v1/projects/{slug}/nodes/stats", { path: { slug: project }, signal }),
  });

export const nodeEventsQuery = (project: string, id: string) =>
  queryOptions({
    queryKey: ["nodes", project, "one", id, "events"],
    queryFn: async ({ signal }) =>
      (await call("get", "/api/v1/projects/{slug}/nodes/{id}/events", { path: { slug: project, id }, signal })).events,
  });

export const nodeWhyQuery = (project: string, id: string) =>
  queryOptions({
    queryKey: ["nodes", project, "one", id, "why"],
    // What holds a rollout changes without an event of the node.
    refetchInterval: 10_000,
    queryFn: ({ signal }) => call("get", "/api/v1/projects/{slug}/nodes/{id}/why", { path: { slug: project, id }, signal }),
  });

/** A few nodes whose name contains `q`, for the search. */
export const nodeSearchQuery = (project: string, q: string) =>
  queryOptions({
    queryKey: ["nodes", project, "search", q],
    placeholderData: keepPreviousData,
    queryFn: async ({ signal }) =>
      (await call("get", "/api/v1/projects/{slug}/nodes", { path: { slug: project }, query: { q, limit: 8 }, signal })).nodes,
  });

/** Labels, weight, pin, slot, environment: what is left out stays as it is. */
export async function updateNode(project: string, id: string, change: NodeUpdate): Promise<Node> {
  return (await call("patch", "/api/v1/projects/{slug}/nodes/{id}", { path: { slug: project, id }, body: change })).node;
}

export async function removeNode(project: string, id: string): Promise<void> {
  await call("delete", "/api/v1/projects/{slug}/nodes/{id}", { path: { slug: project, id } });
}
