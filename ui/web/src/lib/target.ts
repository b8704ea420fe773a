import type { TargetSelector } from "../api/types";
import { count } from "./format";
import { formatLabels } from "./labels";

/** Which nodes a rollout is for, in words. */
export function targetWords(target: TargetSelector): string {
  switch (target.type) {
    case "all":
      return "every node";
    case "labels":
      return `nodes with ${formatLabels(target.labels)}`;
    case "groups":
      return `the nodes of ${count(target.group_ids.length, "group")}`;
    case "environment":
      return `every node of ${target.environment}`;
    case "node_ids":
      return `${count(target.node_ids.length, "chosen node")}`;
  }
}
