import { queryOptions } from "@tanstack/react-query";

import { call } from "./client";
import { ApiError } from "./error";
import type { Session } from "./types";

/** Who is signed in; null: nobody. */
export const sessionQuery = queryOptions({
  queryKey: ["session"],
  staleTime: 60_000,
  queryFn: async ({ signal }): Promise<Session | null> => {
    try {
      return await call("get", "/api/v1/session", { signal });
    } catch (error) {
      if (error instanceof ApiError && error.status === 401) return null;
      throw error;
    }
  },
});

export function signIn(email: string, password: string): Promise<Session> {
  return call("post", "/api/v1/session", { body: { email, password, as: "cookie" } });
}

/** Other sessions of the person end; this one stays. */
export async function changePassword(current: string, next: string): Promise<void> {
  await call("put", "/api/v1/session/password", { body: { current, new: next } });
}

export async function signOut(): Promise<void> {
  await call("delete", "/api/v1/session", {});
}
