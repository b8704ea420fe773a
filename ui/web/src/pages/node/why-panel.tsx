import { useQuery } from "@tanstack/react-query";

import { nodeWhyQuery } from "../../api/nodes";
import type { WhyFinding, WhyKind } from "../../api/types";
import { RolloutLink } from "../../app/links";
import type { StateKind } from "../../lib/states";
import { sentence } from "../../lib/words";
import { Ago } from "../../ui/ago";
import { ErrorPanel, Loading } from "../../ui/feedback";
import { Panel } from "../../ui/page";
import { StateShape } from "../../ui/state";
import classes from "./node-page.module.css";

const SHAPES: Record<WhyKind, StateKind> = {
  runs: "ok",
  unassigned: "unknown",
  generation: "unknown",
  failed: "failed",
  silent: "failed",
  on_its_way: "progressing",
  owner: "progressing",
  waiting: "paused",
  origin: "degraded",
  pinned: "paused",
  left_out: "unknown",
  frozen: "paused",
  drifted: "degraded",
  revoked: "degraded",
};

/** Why the node runs what it runs, the most decisive first. */
export function WhyPanel({ project, id }: { project: string; id: string }) {
  const query = useQuery(nodeWhyQuery(project, id));
  return (
    <Panel title="Why" flush>
      {query.data === undefined ? (
        <div className={classes.pad}>{query.isError ? <ErrorPanel error={query.error} what="The explanation" onRetry={() => void query.refetch()} /> : <Loading lines={2} />}</div>
      ) : (
        <ul className={classes.why}>
          {query.data.findings.map((finding, index) => (
            <Finding key={`${finding.kind} ${index}`} finding={finding} />
          ))}
        </ul>
      )}
    </Panel>
  );
}

function Finding({ finding: { kind, text, since, rollout_id: rollout, next } }: { finding: WhyFinding }) {
  return (
    <li>
      <StateShape kind={SHAPES[kind]} />
      <div>
        <span className={classes.because}>{sentence(text)}</span>
        <span className="dim">
          {since && (
            <>
              {" · "}
              <Ago at={since} />
            </>
          )}
          {rollout && (
            <>
              {" · "}
              <RolloutLink id={rollout}>see it</RolloutLink>
            </>
          )}
        </span>
        {next && <div className="dim">To do: {next}.</div>}
      </div>
    </li>
  );
}
