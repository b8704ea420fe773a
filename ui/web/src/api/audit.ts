import { infiniteQueryOptions, keepPreviousData, queryOptions } from "@tanstack/react-query";

import { call } from "./client";
import { PAGE_SIZE, paging } from "./paging";

export interface AuditFilters {
  action?: string;
  actor?: string;
}


export const projectAuditQuery = (project: string, filters: AuditFilters) =>
  infiniteQueryOptions({
    ...paging,
    queryKey: ["audit", "project", project, filters],
    placeholderData: keepPreviousData,
    queryFn: ({ pageParam: cursor, signal }) =>
      call("get", "/api/v1/projects/{slug}/audit", {
        path: { slug: project },
        query: { ...filters, limit: PAGE_SIZE, cursor },
        signal,
      }),
    select: (data) => data.pages.flatMap((page) => page.entries),
  });

export const orgAuditQuery = (org: string, filters: AuditFilters) =>
  infiniteQueryOptions({
    ...paging,
    queryKey: ["audit", "org", org, filters],
    placeholderData: keepPreviousData,
    queryFn: ({ pageParam: cursor, signal }) =>
      call("get", "/api/v1/orgs/{org}/audit", { path: { org }, query: { ...filters, limit: PAGE_SIZE, cursor }, signal }),
    select: (data) => data.pages.flatMap((page) => page.entries),
  });

/** Entries of a noun that one object's history is picked from. */
export const HISTORY_DEPTH = 200;

/** What changed about one object, among the newest changes of its noun. */
export const historyQuery = (project: string, noun: string, id: string) =>
  queryOptions({
    queryKey: ["audit", "history", project, noun, id],
    queryFn: async ({ signal }) => {
      const page = await call("get", "/api/v1/projects/{slug}/audit", {
        path: { slug: project },
        query: { action: noun, limit: HISTORY_DEPTH },
        signal,
      });
      return {
        entries: page.entries.filter((entry) => entry.resource_id === id),
        complete: !page.next_cursor,
      };
    },
  });
