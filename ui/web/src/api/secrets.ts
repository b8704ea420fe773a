import { queryOptions } from "@tanstack/react-query";

import { call } from "./client";
import type { ProjectSecretCreate } from "./types";

/** The secrets of a project, all of them, without their values. */
export const secretsQuery = (project: string) =>
  queryOptions({
    queryKey: ["secrets", project],
    queryFn: async ({ signal }) => (await call("get", "/api/v1/projects/{slug}/secrets", { path: { slug: project }, signal })).secrets,
  });

/** One secret, without its value, and what of the configuration names it. */
export const secretQuery = (project: string, id: string) =>
  queryOptions({
    queryKey: ["secrets", project, "one", id],
    queryFn: ({ signal }) => call("get", "/api/v1/projects/{slug}/secrets/{id}", { path: { slug: project, id }, signal }),
  });

export async function createSecret(project: string, body: ProjectSecretCreate) {
  return (await call("post", "/api/v1/projects/{slug}/secrets", { path: { slug: project }, body })).secret;
}

export async function rotateSecret(project: string, id: string, value: string) {
  return (await call("post", "/api/v1/projects/{slug}/secrets/{id}/rotate", { path: { slug: project, id }, body: { value } })).secret;
}

export async function describeSecret(project: string, id: string, description: string) {
  return (await call("patch", "/api/v1/projects/{slug}/secrets/{id}", { path: { slug: project, id }, body: { description } })).secret;
}

export async function deleteSecret(project: string, id: string): Promise<void> {
  await call("delete", "/api/v1/projects/{slug}/secrets/{id}", { path: { slug: project, id } });
}
