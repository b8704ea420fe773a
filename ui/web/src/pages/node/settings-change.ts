import type { Node, NodeUpdate, Slot } from "../../api/types";
import { labelLines, parseLabelLines } from "../../lib/labels";

export interface SettingsForm {
  weight: number;
  /** One per line. */
  labels: string;
  pin: string | null;
  slot: Slot | null;
  /** Versions of the bundles that it may be given; empty: open there. */
  lowest: string;
  highest: string;
  /** Slug. */
  environment: string | null;
}

/** What differs from the node as it was shown, so that what somebody else changes meanwhile is not set back; null when nothing does. */
export function settingsChange(node: Pick<Node, "labels" | "weight" | "pinned_bundle_id" | "slot" | "min_bundle_version" | "max_bundle_version" | "environment">, form: SettingsForm): NodeUpdate | null {
  const change: NodeUpdate = {};
  if (form.weight !== node.weight) change.weight = form.weight;
  if (form.labels !== labelLines(node.labels)) change.labels = parseLabelLines(form.labels).labels;
  if (form.pin !== (node.pinned_bundle_id ?? null)) change.pinned_bundle_id = form.pin;
  if (form.slot !== (node.slot ?? null)) change.slot = form.slot;
  if (form.lowest.trim() !== (node.min_bundle_version ?? "")) change.min_bundle_version = form.lowest.trim() || null;
  if (form.highest.trim() !== (node.max_bundle_version ?? "")) change.max_bundle_version = form.highest.trim() || null;
  if (form.environment !== (node.environment?.slug ?? null)) change.environment = form.environment;
  return Object.keys(change).length === 0 ? null : change;
}
