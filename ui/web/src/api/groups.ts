import { queryOptions } from "@tanstack/react-query";

import { call } from "./client";
import type { NodeGroupCreate, NodeGroupUpdate } from "./types";

export const groupsQuery = (project: string) =>
  queryOptions({
    queryKey: ["node-groups", project],
    queryFn: async ({ signal }) => (await call("get", "/api/v1/projects/{slug}/node-groups", { path: { slug: project }, signal })).node_groups,
    // Nodes come and go without an event of a group.
    refetchInterval: 30_000,
  });

export const groupQuery = (project: string, id: string) =>
  queryOptions({
    queryKey: ["node-groups", project, "one", id],
    queryFn: ({ signal }) => call("get", "/api/v1/projects/{slug}/node-groups/{id}", { path: { slug: project, id }, signal }),
    // Somebody who changes it starts from what it is now.
    staleTime: 0,
    gcTime: 0,
  });

export async function createGroup(project: string, body: NodeGroupCreate) {
  return (await call("post", "/api/v1/projects/{slug}/node-groups", { path: { slug: project }, body })).node_group;
}

export async function updateGroup(project: string, id: string, body: NodeGroupUpdate) {
  return (await call("patch", "/api/v1/projects/{slug}/node-groups/{id}", { path: { slug: project, id }, body })).node_group;
}

export async function deleteGroup(project: string, id: string): Promise<void> {
  await call("delete", "/api/v1/projects/{slug}/node-groups/{id}", { path: { slug: project, id } });
}
