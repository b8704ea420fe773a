import type { Rollout } from "../api/types";
import { count } from "./format";
import { formatLabels } from "./labels";

/** Which nodes a rollout is for, in words. */
export function targetWords({ target_selector: target, target_groups: groups }: Pick<Rollout, "target_selector" | "target_groups">): string {
  switch (target.type) {
    case "all":
      return "every node";
    case "labels":
      return `nodes with ${formatLabels(target.labels)}`;
    case "groups":
      return `the nodes of ${target.group_ids.map((id) => groups === undefined ? id.slice(0, 8) : (groups.find((group) => group.id === id)?.name ?? "a group that is gone")).join(", ")}`;
    case "environment":
      return `every node of ${target.environment}`;
    case "node_ids":
      return `${count(target.node_ids.length, "chosen node")}`;
  }
}
