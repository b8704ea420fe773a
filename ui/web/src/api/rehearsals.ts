import { queryOptions } from "@tanstack/react-query";

import { call } from "./client";
import type { RolloutRehearse } from "./types";

/** Nothing is written by it, so it is a question like any other, and asked when somebody wants to know. */
export const rehearsalQuery = (project: string, body: RolloutRehearse) =>
  queryOptions({
    queryKey: ["rehearsals", project, body],
    staleTime: Infinity,
    gcTime: 60_000,
    retry: false,
    refetchOnWindowFocus: false,
    queryFn: ({ signal }) => call("post", "/api/v1/projects/{slug}/rollouts/rehearse", { path: { slug: project }, body, signal }),
  });
