import { QueryClient } from "@tanstack/react-query";

import { ApiError } from "./error";

/** Worth asking again by itself: the member did not answer, or has too much to do. */
function mayPass(error: unknown): boolean {
  return error instanceof ApiError && (error.code === "network" || error.code === "busy" || error.status === 502);
}

export function newQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        // Events say when something changed; this only bounds what a missed one costs.
        staleTime: 15_000,
        gcTime: 5 * 60_000,
        retry: (failures, error) => failures < 2 && mayPass(error),
        retryDelay: (attempt) => Math.min(1_000 * 2 ** attempt, 5_000),
        refetchOnWindowFocus: true,
      },
      mutations: { retry: false },
    },
  });
}
