import type { Mark } from "../../lib/topology";
import type { Shown } from "../../lib/states";

const MARKS: Record<Mark, Shown> = {
  disabled: { kind: "paused", label: "Disabled" },
  changed: { kind: "progressing", label: "Changed" },
  unused: { kind: "unknown", label: "Not used" },
};

export const markState = (mark: Mark): Shown => MARKS[mark];
