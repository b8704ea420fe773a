import { queryOptions } from "@tanstack/react-query";

import { call } from "./client";
import type { ProjectUpdate } from "./types";

export const projectQuery = (project: string) =>
  queryOptions({
    queryKey: ["projects", project],
    queryFn: async ({ signal }) => (await call("get", "/api/v1/projects/{slug}", { path: { slug: project }, signal })).project,
  });

export async function updateProject(project: string, body: ProjectUpdate) {
  return (await call("patch", "/api/v1/projects/{slug}", { path: { slug: project }, body })).project;
}
