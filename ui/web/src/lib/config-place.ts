// Where an object of the configuration stands in the document.
import type { ConfigKind } from "../api/types";

/** What a document calls the objects of a kind. */
export const PLURALS: Record<ConfigKind, string> = {
  settings: "settings",
  listener: "listeners",
  service: "services",
  upstream_group: "upstream_groups",
  middleware: "middlewares",
  trust_store: "trust_stores",
};

/** The path of an object, or of a field in it, such as `services.shop.hosts[0]`. */
export function configPath(kind: ConfigKind, slug: string, field?: string): string {
  const object = kind === "settings" ? PLURALS[kind] : `${PLURALS[kind]}.${slug}`;
  return field === undefined ? object : `${object}.${field}`;
}
