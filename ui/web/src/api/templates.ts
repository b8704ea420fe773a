import { queryOptions } from "@tanstack/react-query";

import { call } from "./client";
import type { RolloutTemplateCreate, RolloutTemplateUpdate } from "./types";

export const templatesQuery = (project: string) =>
  queryOptions({
    queryKey: ["rollout-templates", project],
    queryFn: async ({ signal }) => (await call("get", "/api/v1/projects/{slug}/rollout-templates", { path: { slug: project }, signal })).rollout_templates,
  });

export async function createTemplate(project: string, body: RolloutTemplateCreate) {
  return (await call("post", "/api/v1/projects/{slug}/rollout-templates", { path: { slug: project }, body })).rollout_template;
}

export async function updateTemplate(project: string, id: string, body: RolloutTemplateUpdate) {
  return (await call("patch", "/api/v1/projects/{slug}/rollout-templates/{id}", { path: { slug: project, id }, body })).rollout_template;
}

export async function deleteTemplate(project: string, id: string): Promise<void> {
  await call("delete", "/api/v1/projects/{slug}/rollout-templates/{id}", { path: { slug: project, id } });
}
