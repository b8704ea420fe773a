import type { Node, NodeUpdate, Slot } from "../../api/types";
import { labelLines, parseLabelLines } from "../../lib/labels";

export interface SettingsForm {
  weight: number;
  /** One per line. */
  labels: string;
  pin: string | null;
  slot: Slot | null;
  /** Slug. */
  environment: string | null;
}

/** What differs from the node as it was shown, so that what somebody else changes meanwhile is not set back; null when nothing does. */
export function settingsChange(node: Pick<Node, "labels" | "weight" | "pinned_bundle_id" | "slot" | "environment">, form: SettingsForm): NodeUpdate | null {
  const change: NodeUpdate = {};
  if (form.weight !== node.weight) change.weight = form.weight;
  if (form.labels !== labelLines(node.labels)) change.labels = parseLabelLines(form.labels).labels;
  if (form.pin !== (node.pinned_bundle_id ?? null)) change.pinned_bundle_id = form.pin;
  if (form.slot !== (node.slot ?? null)) change.slot = form.slot;
  if (form.environment !== (node.environment?.slug ?? null)) change.environment = form.environment;
  return Object.keys(change).length === 0 ? null : change;
}
