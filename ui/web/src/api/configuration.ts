import { queryOptions } from "@tanstack/react-query";

import { configPath } from "../lib/config-place";
import { call } from "./client";
import type { ConfigDocument, ConfigKind } from "./types";

/** All of a project's configuration, as one document. */
export const configurationQuery = (project: string) =>
  queryOptions({
    queryKey: ["configuration", project],
    queryFn: ({ signal }) => call("get", "/api/v1/projects/{slug}/config/export", { path: { slug: project }, signal }),
  });

/** Most pages of a list that are read to tell what was changed when. */
const PAGES_MAX = 10;
const PAGE_SIZE = 200;

interface Page {
  objects: readonly { slug: string; revision: number }[];
  next: string | null | undefined;
}

/** The revisions of all objects of a list, by slug; null: there are too many to look at each. */
async function revisionsOf(read: (cursor: string | undefined) => Promise<Page>): Promise<[slug: string, revision: number][] | null> {
  const found: [string, number][] = [];
  let cursor: string | undefined;
  for (let page = 0; page < PAGES_MAX; page++) {
    // Each page says where the next one begins.
    // oxlint-disable-next-line no-await-in-loop
    const { objects, next } = await read(cursor);
    found.push(...objects.map(({ slug, revision }): [string, number] => [slug, revision]));
    if (!next) return found;
    cursor = next;
  }
  return null;
}

/** The revision at which each object was changed last, by its place, such as `services.shop`; null: there are too many objects. */
export const revisionsQuery = (project: string) =>
  queryOptions({
    queryKey: ["configuration", project, "revisions"],
    queryFn: async ({ signal }): Promise<Record<string, number> | null> => {
      const options = (cursor: string | undefined) => ({ path: { slug: project }, query: { limit: PAGE_SIZE, cursor }, signal });
      const lists: [ConfigKind, (cursor: string | undefined) => Promise<Page>][] = [
        ["listener", (cursor) => call("get", "/api/v1/projects/{slug}/listeners", options(cursor)).then(({ listeners, next_cursor }) => ({ objects: listeners, next: next_cursor }))],
        ["service", (cursor) => call("get", "/api/v1/projects/{slug}/services", options(cursor)).then(({ services, next_cursor }) => ({ objects: services, next: next_cursor }))],
        ["upstream_group", (cursor) => call("get", "/api/v1/projects/{slug}/upstream-groups", options(cursor)).then(({ upstream_groups, next_cursor }) => ({ objects: upstream_groups, next: next_cursor }))],
        ["middleware", (cursor) => call("get", "/api/v1/projects/{slug}/middlewares", options(cursor)).then(({ middlewares, next_cursor }) => ({ objects: middlewares, next: next_cursor }))],
        ["trust_store", (cursor) => call("get", "/api/v1/projects/{slug}/trust-stores", options(cursor)).then(({ trust_stores, next_cursor }) => ({ objects: trust_stores, next: next_cursor }))],
      ];
      const known = await Promise.all(lists.map(async ([kind, read]) => (await revisionsOf(read))?.map(([slug, revision]): [string, number] => [configPath(kind, slug), revision]) ?? null));
      return known.includes(null) ? null : Object.fromEntries(known.flatMap((one) => one ?? []));
    },
  });

/** What the compiler says of a document, and what the proxy would get of it; `signal` ends a look that is no longer wanted. */
export function previewConfiguration(project: string, document: ConfigDocument, signal: AbortSignal) {
  return call("post", "/api/v1/projects/{slug}/config/preview", { path: { slug: project }, body: document, signal });
}

/** What a document would change. */
export function diffConfiguration(project: string, document: ConfigDocument, signal: AbortSignal) {
  return call("post", "/api/v1/projects/{slug}/config/diff", { path: { slug: project }, query: {}, body: document, signal });
}

/** Applies a document while the configuration has the revision that it was compared with, and no newer one. */
export function applyConfiguration(project: string, document: ConfigDocument, revision: number) {
  return call("post", "/api/v1/projects/{slug}/config/apply", { path: { slug: project }, query: { revision }, body: document });
}
