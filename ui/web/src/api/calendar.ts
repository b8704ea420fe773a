import { keepPreviousData, queryOptions } from "@tanstack/react-query";

import { call } from "./client";

/** `from` and `to`: RFC 3339. */
export const calendarQuery = (project: string, from: string, to: string) =>
  queryOptions({
    queryKey: ["calendar", project, from, to],
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) => call("get", "/api/v1/projects/{slug}/calendar", { path: { slug: project }, query: { from, to }, signal }),
    // What is under way goes on without an event.
    refetchInterval: 60_000,
  });
