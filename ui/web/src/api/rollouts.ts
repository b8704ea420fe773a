import { infiniteQueryOptions, keepPreviousData, queryOptions } from "@tanstack/react-query";

import { isFinal } from "../lib/rollout-rules";
import { call } from "./client";
import { PAGE_SIZE, paging } from "./paging";
import type { RolloutCreate, RolloutDetail, RolloutState } from "./types";

export const rolloutsQuery = (project: string, filters: { state?: RolloutState } = {}) =>
  infiniteQueryOptions({
    ...paging,
    queryKey: ["rollouts", project, "list", filters],
    placeholderData: keepPreviousData,
    queryFn: ({ pageParam: cursor, signal }) =>
      call("get", "/api/v1/projects/{slug}/rollouts", {
        path: { slug: project },
        query: { ...filters, limit: PAGE_SIZE, cursor },
        signal,
      }),
    select: (data) => data.pages.flatMap((page) => page.rollouts),
  });

export const rolloutQuery = (project: string, id: string) =>
  queryOptions({
    queryKey: ["rollouts", project, "one", id],
    queryFn: ({ signal }): Promise<RolloutDetail> =>
      call("get", "/api/v1/projects/{slug}/rollouts/{id}", { path: { slug: project, id }, signal }),
    // What gates measure is no event.
    refetchInterval: (query) => (query.state.data && isFinal(query.state.data.rollout.state) ? false : 4_000),
  });

export const rolloutPlanQuery = (project: string, body: RolloutCreate) =>
  queryOptions({
    queryKey: ["rollout-plans", project, body],
    staleTime: 0,
    retry: false,
    queryFn: ({ signal }) => call("post", "/api/v1/projects/{slug}/rollouts/plan", { path: { slug: project }, body, signal }),
  });

export async function startRollout(project: string, body: RolloutCreate) {
  return (await call("post", "/api/v1/projects/{slug}/rollouts", { path: { slug: project }, body })).rollout;
}

export type RolloutAction = "pause" | "resume" | "cancel" | "rollback";

/** `reason` is for the audit log, and only a roll-back takes one. */
export async function steerRollout(project: string, id: string, action: RolloutAction, reason?: string) {
  const path = { slug: project, id };
  switch (action) {
    case "pause":
      return (await call("post", "/api/v1/projects/{slug}/rollouts/{id}/pause", { path })).rollout;
    case "resume":
      return (await call("post", "/api/v1/projects/{slug}/rollouts/{id}/resume", { path })).rollout;
    case "cancel":
      return (await call("post", "/api/v1/projects/{slug}/rollouts/{id}/cancel", { path })).rollout;
    case "rollback":
      return (await call("post", "/api/v1/projects/{slug}/rollouts/{id}/rollback", { path, body: { reason: reason || null } }))
        .rollout;
  }
}
