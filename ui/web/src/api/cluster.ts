import { queryOptions } from "@tanstack/react-query";

import { call } from "./client";

export const clusterQuery = queryOptions({
  queryKey: ["cluster"],
  refetchInterval: 10_000,
  queryFn: ({ signal }) => call("get", "/api/v1/cluster", { signal }),
});
