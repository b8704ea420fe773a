import type { Mark, TopologyKind } from "../../lib/topology";
import type { Shown } from "../../lib/states";

export const KIND_WORDS: Record<TopologyKind, string> = { listener: "Listener", service: "Service", upstream_group: "Upstream group", target: "Target" };

const MARKS: Record<Mark, Shown> = {
  disabled: { kind: "paused", label: "Disabled" },
  changed: { kind: "progressing", label: "Changed" },
  unused: { kind: "unknown", label: "Not used" },
};

export const markState = (mark: Mark): Shown => MARKS[mark];
