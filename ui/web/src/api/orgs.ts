import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";

import { call } from "./client";
import { PAGE_SIZE, paging } from "./paging";
import type { MemberCreate, ProjectCreate, Role } from "./types";

export const membersQuery = (org: string) =>
  infiniteQueryOptions({
    ...paging,
    queryKey: ["members", org],
    queryFn: ({ pageParam: cursor, signal }) =>
      call("get", "/api/v1/orgs/{org}/members", { path: { org }, query: { limit: PAGE_SIZE, cursor }, signal }),
    select: (data) => data.pages.flatMap((page) => page.members),
  });

export const signingKeysQuery = (org: string) =>
  queryOptions({
    queryKey: ["signing-keys", org],
    queryFn: async ({ signal }) =>
      (await call("get", "/api/v1/orgs/{org}/signing-keys", { path: { org }, signal })).signing_keys,
  });

export function addMember(org: string, body: MemberCreate) {
  return call("post", "/api/v1/orgs/{org}/members", { path: { org }, body });
}

export function setRole(org: string, user_id: string, role: Role) {
  return call("put", "/api/v1/orgs/{org}/members/{user_id}", { path: { org, user_id }, body: { role } });
}

export async function resetPassword(org: string, user_id: string, password: string): Promise<void> {
  await call("put", "/api/v1/orgs/{org}/members/{user_id}/password", { path: { org, user_id }, body: { password } });
}

export async function removeMember(org: string, user_id: string): Promise<void> {
  await call("delete", "/api/v1/orgs/{org}/members/{user_id}", { path: { org, user_id } });
}

export async function createProject(org: string, body: ProjectCreate) {
  return (await call("post", "/api/v1/orgs/{org}/projects", { path: { org }, body })).project;
}

export async function createOrg(name: string) {
  return (await call("post", "/api/v1/orgs", { body: { name } })).org;
}
