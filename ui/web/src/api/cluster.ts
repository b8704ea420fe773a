import { queryOptions } from "@tanstack/react-query";

import { call } from "./client";
import type { JoinTokenCreate } from "./types";

export const clusterQuery = queryOptions({
  queryKey: ["cluster"],
  refetchInterval: 10_000,
  queryFn: ({ signal }) => call("get", "/api/v1/cluster", { signal }),
});

export const joinTokensQuery = queryOptions({
  queryKey: ["join-tokens"],
  queryFn: ({ signal }) => call("get", "/api/v1/cluster/join-tokens", { signal }),
  select: (data) => data.join_tokens,
});

export function createJoinToken(body: JoinTokenCreate) {
  return call("post", "/api/v1/cluster/join-tokens", { body });
}

export function revokeJoinToken(id: string) {
  return call("post", "/api/v1/cluster/join-tokens/{id}/revoke", { path: { id } });
}

/** Lets this member lead. The cluster shows when it does. */
export async function handOver(to: number): Promise<void> {
  await call("post", "/api/v1/cluster/hand-over", { body: { to } });
}

/** Raises the cluster's level by one, for ever. */
export async function raiseLevel(from: number, to: number): Promise<void> {
  await call("post", "/api/v1/cluster/level", { body: { from, to } });
}

/** Takes a member out for ever: its number is never used again. */
export async function removeClusterMember(id: number): Promise<void> {
  await call("delete", "/api/v1/cluster/members/{id}", { path: { id } });
}
