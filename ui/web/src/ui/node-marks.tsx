import type { Node } from "../api/types";
import { Icon } from "./icons";
import classes from "./node-marks.module.css";

/** What is out of the ordinary with a node: drift, a slot, a weight below 100, a pin, that it is simulated. Nothing for most. */
export function NodeMarks({ node }: { node: Pick<Node, "weight" | "pinned_bundle_id" | "pinned_version" | "slot" | "drift" | "simulated"> }) {
  const pinned = node.pinned_bundle_id ? (node.pinned_version ?? "a bundle that is gone") : null;
  const drifts = node.drift?.status === "drifted";
  if (node.weight === 100 && pinned === null && !node.slot && !drifts && node.simulated !== true) return null;
  return (
    <span className={classes.marks}>
      {node.simulated === true && (
        <span className={classes.mark} title="The simulator of the project plays it: there is no machine">
          sim
        </span>
      )}
      {drifts && (
        <span className={`${classes.mark} ${classes.drift}`} title={`Drifted: ${node.drift?.summary ?? ""}`}>
          drift
        </span>
      )}
      {node.slot && (
        <span className={`${classes.mark} ${classes[node.slot]}`} title={`In the slot ${node.slot}`}>
          {node.slot}
        </span>
      )}
      {node.weight < 100 && (
        <span className={`${classes.mark} ${node.weight === 0 && !node.slot ? classes.drained : ""}`} title={weightWords(node.weight)}>
          {node.weight} %
        </span>
      )}
      {pinned !== null && (
        <span className={classes.mark} title={`Pinned to ${pinned}`}>
          <Icon name="pin" size={11} />
          <span className="visually-hidden">Pinned to {pinned}</span>
        </span>
      )}
    </span>
  );
}

/** A weight in words. */
export function weightWords(weight: number): string {
  if (weight === 100) return "All of its share of traffic";
  return weight === 0 ? "Drained: nothing new is sent to it" : `${weight} % of its share of traffic`;
}
