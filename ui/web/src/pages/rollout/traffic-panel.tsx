import type { RolloutDetail } from "../../api/types";
import { count } from "../../lib/format";
import { isFinal } from "../../lib/rollout-rules";
import { type SlotShare, slotName, slotShares } from "../../lib/slots";
import { Flash } from "../../ui/flash";
import { Panel } from "../../ui/page";
import { SlotBar } from "../../ui/slot-bar";
import classes from "./traffic-panel.module.css";

/** Which slot has how much of the traffic. Nothing when the rollout is not blue-green. */
export function TrafficPanel({ detail }: { detail: RolloutDetail }) {
  const shares = slotShares(detail.rollout, detail.nodes);
  if (shares === null) return null;
  const steps = detail.rollout.blue_green_config?.traffic_steps ?? [];
  const passed = detail.rollout.traffic_step_index ?? 0;
  return (
    <Panel title="Traffic" aside={<span className="dim">{`${passed} of ${count(steps.length, "share")} passed: ${steps.join(" → ")} %`}</span>}>
      <SlotBar blue={shares.find(({ slot }) => slot === "blue")?.share ?? 0} />
      <div className={classes.slots}>
        {shares.map((share) => (
          <div key={share.slot} className={classes.slot}>
            <span className={classes.name}>
              <span className={`${classes.swatch} ${classes[share.slot]}`} aria-hidden="true" />
              <strong>{slotName(share.slot)}</strong>
              <Flash value={share.share}>{`${share.share} %`}</Flash>
            </span>
            <span className="dim">{slotWords(share, detail)}</span>
          </div>
        ))}
      </div>
    </Panel>
  );
}

function slotWords(share: SlotShare, { rollout }: RolloutDetail): string {
  const nodes = count(share.nodes.length, "node");
  if (!share.standby) return `${nodes}, with the earlier bundle`;
  if (rollout.state === "rolling_back" || rollout.state === "rolled_back") return `${nodes}, back to the earlier bundle`;
  if (rollout.state === "completed") return `${nodes}, with ${rollout.bundle_version}`;
  return isFinal(rollout.state) ? nodes : `${nodes}, for ${rollout.bundle_version}`;
}
