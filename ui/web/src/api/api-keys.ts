import { infiniteQueryOptions } from "@tanstack/react-query";

import { call } from "./client";
import { PAGE_SIZE, paging } from "./paging";
import type { ApiKeyCreate } from "./types";

export const apiKeysQuery = (org: string) =>
  infiniteQueryOptions({
    ...paging,
    queryKey: ["api-keys", org],
    queryFn: ({ pageParam: cursor, signal }) =>
      call("get", "/api/v1/api-keys", { query: { org, limit: PAGE_SIZE, cursor }, signal }),
    select: (data) => data.pages.flatMap((page) => page.api_keys),
  });

export function createApiKey(body: ApiKeyCreate) {
  return call("post", "/api/v1/api-keys", { body });
}

export function revokeApiKey(id: string) {
  return call("post", "/api/v1/api-keys/{id}/revoke", { path: { id } });
}

export async function deleteApiKey(id: string): Promise<void> {
  await call("delete", "/api/v1/api-keys/{id}", { path: { id } });
}
