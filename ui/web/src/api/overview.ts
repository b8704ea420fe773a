import { queryOptions } from "@tanstack/react-query";

import { call } from "./client";

export const overviewQuery = (project: string) =>
  queryOptions({
    queryKey: ["overview", project],
    refetchInterval: 30_000,
    queryFn: ({ signal }) => call("get", "/api/v1/projects/{slug}/overview", { path: { slug: project }, signal }),
  });
