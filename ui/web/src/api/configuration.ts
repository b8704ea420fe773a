import { queryOptions } from "@tanstack/react-query";

import { call } from "./client";
import type { ConfigDocument } from "./types";

/** All of a project's configuration, as one document. */
export const configurationQuery = (project: string) =>
  queryOptions({
    queryKey: ["configuration", project],
    queryFn: ({ signal }) => call("get", "/api/v1/projects/{slug}/config/export", { path: { slug: project }, signal }),
  });

/** What the compiler says of a document, and what the proxy would get of it; `signal` ends a look that is no longer wanted. */
export function previewConfiguration(project: string, document: ConfigDocument, signal: AbortSignal) {
  return call("post", "/api/v1/projects/{slug}/config/preview", { path: { slug: project }, body: document, signal });
}

/** What a document would change. */
export function diffConfiguration(project: string, document: ConfigDocument, signal: AbortSignal) {
  return call("post", "/api/v1/projects/{slug}/config/diff", { path: { slug: project }, query: {}, body: document, signal });
}

/** Applies a document; with the revision of the configuration that it was compared with only while there is no newer one. */
export function applyConfiguration(project: string, document: ConfigDocument, revision: number | undefined) {
  return call("post", "/api/v1/projects/{slug}/config/apply", { path: { slug: project }, query: { revision }, body: document });
}
