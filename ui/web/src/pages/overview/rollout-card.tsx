import { Link } from "@tanstack/react-router";

import type { Rollout } from "../../api/types";
import { count } from "../../lib/format";
import { rolloutOutcome } from "../../lib/states";
import { Ago } from "../../ui/ago";
import { Note } from "../../ui/feedback";
import { State } from "../../ui/state";
import classes from "./overview-page.module.css";

/** Steps that still fit as segments of their own. */
const SEGMENTS_MAX = 40;

/** An active rollout in one row. */
export function RolloutCard({ rollout, project }: { rollout: Rollout; project: string }) {
  const to = { to: "/p/$project/rollouts/$rolloutId", params: { project, rolloutId: rollout.id }, search: {} } as const;
  return (
    <article className={classes.card}>
      <div className={classes.cardName}>
        <strong>
          <Link {...to} className="link">
            {rollout.bundle_version}
          </Link>
        </strong>
        <State shown={rolloutOutcome(rollout)} badge />
      </div>
      <div className={classes.progress}>
        <StepSegments rollout={rollout} />
        <span className="dim nowrap">
          step {Math.min(rollout.current_step + 1, rollout.steps)} of {rollout.steps} · {count(rollout.nodes, "node")} · <Ago at={rollout.started_at} />
        </span>
      </div>
      {rollout.hold && (
        <div className={classes.cardNote}>
          <Note kind={rollout.hold.broken ? "failed" : "info"}>
            {rollout.hold.reason} <span className="dim">· since <Ago at={rollout.hold.since} /></span>
          </Note>
        </div>
      )}
    </article>
  );
}

/** How far a rollout is, in steps. */
export function StepSegments({ rollout }: { rollout: Rollout }) {
  const words = `Step ${Math.min(rollout.current_step + 1, rollout.steps)} of ${rollout.steps}`;
  if (rollout.steps > SEGMENTS_MAX) {
    return (
      <span className={classes.segments} role="img" aria-label={words}>
        <span className={`${classes.segment} ${classes.done}`} style={{ flexGrow: rollout.current_step }} />
        <span className={classes.segment} style={{ flexGrow: rollout.steps - rollout.current_step }} />
      </span>
    );
  }
  return (
    <span className={classes.segments} role="img" aria-label={words}>
      {Array.from({ length: rollout.steps }, (_, step) => (
        <span key={step} className={`${classes.segment} ${segmentClass(rollout, step)}`} />
      ))}
    </span>
  );
}

function segmentClass(rollout: Rollout, step: number): string {
  if (rollout.state === "completed") return classes.done ?? "";
  if (rollout.state === "rolling_back") return step <= rollout.current_step ? (classes.back ?? "") : "";
  if (step < rollout.current_step) return classes.done ?? "";
  if (step > rollout.current_step) return "";
  if (rollout.state === "paused") return classes.held ?? "";
  return rollout.state === "running" ? (classes.now ?? "") : "";
}
