import { infiniteQueryOptions, keepPreviousData, queryOptions } from "@tanstack/react-query";

import { call } from "./client";
import { PAGE_SIZE, paging } from "./paging";
import type { BundleStatus } from "./types";

export const bundlesQuery = (project: string, filters: { status?: BundleStatus } = {}) =>
  infiniteQueryOptions({
    ...paging,
    queryKey: ["bundles", project, "list", filters],
    placeholderData: keepPreviousData,
    queryFn: ({ pageParam: cursor, signal }) =>
      call("get", "/api/v1/projects/{slug}/bundles", {
        path: { slug: project },
        query: { ...filters, limit: PAGE_SIZE, cursor },
        signal,
      }),
    select: (data) => data.pages.flatMap((page) => page.bundles),
  });

export const bundleQuery = (project: string, id: string) =>
  queryOptions({
    queryKey: ["bundles", project, "one", id],
    queryFn: async ({ signal }) =>
      (await call("get", "/api/v1/projects/{slug}/bundles/{id}", { path: { slug: project, id }, signal })).bundle,
  });

/** A bundle's text never changes. */
export const bundleSourceQuery = (project: string, id: string) =>
  queryOptions({
    queryKey: ["bundle-sources", project, id],
    staleTime: Number.POSITIVE_INFINITY,
    queryFn: ({ signal }) =>
      call("get", "/api/v1/projects/{slug}/bundles/{id}/source", { path: { slug: project, id }, signal }),
  });

export const bundleDiffQuery = (project: string, id: string, against: string) =>
  queryOptions({
    queryKey: ["bundle-diffs", project, id, against],
    staleTime: Number.POSITIVE_INFINITY,
    queryFn: ({ signal }) =>
      call("get", "/api/v1/projects/{slug}/bundles/{id}/diff", { path: { slug: project, id }, query: { against }, signal }),
  });

export const bundleVerifyQuery = (project: string, id: string) =>
  queryOptions({
    queryKey: ["bundle-verifications", project, id],
    staleTime: 0,
    queryFn: ({ signal }) =>
      call("get", "/api/v1/projects/{slug}/bundles/{id}/verify", { path: { slug: project, id }, signal }),
  });

export const bundleSbomQuery = (project: string, id: string) =>
  queryOptions({
    queryKey: ["bundle-sboms", project, id],
    staleTime: Number.POSITIVE_INFINITY,
    queryFn: ({ signal }): Promise<unknown> =>
      call("get", "/api/v1/projects/{slug}/bundles/{id}/sbom", { path: { slug: project, id }, signal }),
  });

/** What the validator finds in a text; `signal` ends a look that is no longer wanted. */
export function validateSource(project: string, config_source: string, signal: AbortSignal) {
  return call("post", "/api/v1/projects/{slug}/bundles/validate", { path: { slug: project }, body: { config_source }, signal });
}

export function createBundle(project: string, version: string, config_source: string) {
  return call("post", "/api/v1/projects/{slug}/bundles", { path: { slug: project }, body: { version, config_source } });
}

/** A bundle of the configuration that the project has. */
export function createBundleOfConfiguration(project: string, version: string) {
  return call("post", "/api/v1/projects/{slug}/bundles", { path: { slug: project }, body: { version } });
}

export function assignBundle(project: string, id: string, node_ids: string[]) {
  return call("post", "/api/v1/projects/{slug}/bundles/{id}/assign", { path: { slug: project, id }, body: { node_ids } });
}

export function revokeBundle(project: string, id: string) {
  return call("post", "/api/v1/projects/{slug}/bundles/{id}/revoke", { path: { slug: project, id } });
}

/** Where the browser gets the archive itself. */
export function archiveUrl(project: string, id: string): string {
  return `/api/v1/projects/${encodeURIComponent(project)}/bundles/${encodeURIComponent(id)}/archive`;
}
