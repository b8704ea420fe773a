import { queryOptions } from "@tanstack/react-query";

import { call } from "./client";
import type { FreezeWindowCreate } from "./types";

export const freezesQuery = (project: string) =>
  queryOptions({
    queryKey: ["freeze-windows", project],
    queryFn: async ({ signal }) => (await call("get", "/api/v1/projects/{slug}/freeze-windows", { path: { slug: project }, signal })).freeze_windows,
    // A window begins and ends without an event.
    refetchInterval: 30_000,
  });

export async function createFreeze(project: string, body: FreezeWindowCreate) {
  return (await call("post", "/api/v1/projects/{slug}/freeze-windows", { path: { slug: project }, body })).freeze_window;
}

export async function deleteFreeze(project: string, id: string): Promise<void> {
  await call("delete", "/api/v1/projects/{slug}/freeze-windows/{id}", { path: { slug: project, id } });
}
