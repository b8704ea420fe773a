import type { NodeGroupDetail, NodeGroupUpdate } from "../../api/types";
import { labelLines, parseLabelLines } from "../../lib/labels";

export interface GroupForm {
  name: string;
  description: string;
  /** The rule, one label per line. */
  labels: string;
  /** Named one by one. */
  nodes: string[];
}

export const formOf = (detail: NodeGroupDetail): GroupForm => ({
  name: detail.node_group.name,
  description: detail.node_group.description,
  labels: labelLines(detail.node_group.labels),
  nodes: detail.named.map((node) => node.id),
});

/** What differs from the group as it was shown, so that what somebody else changes meanwhile is not set back; null when nothing does. */
export function groupChange(shown: GroupForm, form: GroupForm): NodeGroupUpdate | null {
  const change: NodeGroupUpdate = {};
  if (form.name !== shown.name) change.name = form.name.trim();
  if (form.description !== shown.description) change.description = form.description.trim();
  if (form.labels !== shown.labels) change.labels = parseLabelLines(form.labels).labels;
  const added = form.nodes.filter((node) => !shown.nodes.includes(node));
  const removed = shown.nodes.filter((node) => !form.nodes.includes(node));
  if (added.length > 0) change.add_node_ids = added;
  if (removed.length > 0) change.remove_node_ids = removed;
  return Object.keys(change).length === 0 ? null : change;
}
