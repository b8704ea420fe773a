import { infiniteQueryOptions } from "@tanstack/react-query";

import { call } from "./client";
import { PAGE_SIZE, paging } from "./paging";
import type { EnrolmentTokenCreate } from "./types";

export const enrolmentTokensQuery = (project: string) =>
  infiniteQueryOptions({
    ...paging,
    queryKey: ["enrolment-tokens", project],
    queryFn: ({ pageParam: cursor, signal }) =>
      call("get", "/api/v1/projects/{slug}/enrolment-tokens", {
        path: { slug: project },
        query: { limit: PAGE_SIZE, cursor },
        signal,
      }),
    select: (data) => data.pages.flatMap((page) => page.enrolment_tokens),
  });

export function createEnrolmentToken(project: string, body: EnrolmentTokenCreate) {
  return call("post", "/api/v1/projects/{slug}/enrolment-tokens", { path: { slug: project }, body });
}

export function revokeEnrolmentToken(project: string, id: string) {
  return call("post", "/api/v1/projects/{slug}/enrolment-tokens/{id}/revoke", { path: { slug: project, id } });
}
