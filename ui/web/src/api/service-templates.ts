import { queryOptions } from "@tanstack/react-query";

import { call } from "./client";
import type { ServiceTemplateFill } from "./types";

/** Services to begin with; they change with the server's version alone. */
export const serviceTemplatesQuery = () =>
  queryOptions({
    queryKey: ["service-templates"],
    queryFn: async ({ signal }) => (await call("get", "/api/v1/service-templates", { signal })).service_templates,
    staleTime: Number.POSITIVE_INFINITY,
  });

/** The document of a service that is made by a template. Nothing is kept. */
export function fillServiceTemplate(name: string, body: ServiceTemplateFill) {
  return call("post", "/api/v1/service-templates/{name}/document", { path: { name }, body });
}
