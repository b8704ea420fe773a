import type { Node } from "../api/types";

/** Which versions of bundles a node may be given, in words; null: any. */
export function versionsWords({ min_bundle_version: min, max_bundle_version: max }: Pick<Node, "min_bundle_version" | "max_bundle_version">): string | null {
  if (min && max) return `${min} to ${max}`;
  if (min) return `${min} or higher`;
  return max ? `${max} or lower` : null;
}
