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

/** The newest rollout that has completed; null: none has. */
export const newestCompletedQuery = (project: string) =>
  queryOptions({
    queryKey: ["rollouts", project, "newest-completed"],
    queryFn: async ({ signal }) => (await call("get", "/api/v1/projects/{slug}/rollouts", { path: { slug: project }, query: { state: "completed", limit: 1 }, signal })).rollouts[0] ?? null,
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

/** Lets the step begin that waits for a person; refused when another one does by now. */
export async function advanceRollout(project: string, id: string, step_index: number) {
  return (await call("post", "/api/v1/projects/{slug}/rollouts/{id}/advance", { path: { slug: project, id }, body: { step_index } })).rollout;
}

/** Agrees to exactly what the digest stands for. */
export async function approveRollout(project: string, id: string, digest: string) {
  return (await call("post", "/api/v1/projects/{slug}/rollouts/{id}/approve", { path: { slug: project, id }, body: { digest } })).rollout;
}

/** Refuses a rollout, for good. */
export async function rejectRollout(project: string, id: string, comment: string) {
  return (await call("post", "/api/v1/projects/{slug}/rollouts/{id}/reject", { path: { slug: project, id }, body: { comment } })).rollout;
}

/** Lets a rollout through every freeze. */
export async function breakGlass(project: string, id: string, override_freeze_reason: string) {
  return (await call("post", "/api/v1/projects/{slug}/rollouts/{id}/break-glass", { path: { slug: project, id }, body: { override_freeze_reason } })).rollout;
}
