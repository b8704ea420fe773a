import { useState } from "react";

import { raiseLevel } from "../../api/cluster";
import type { Cluster } from "../../api/types";
import { useAction } from "../../app/use-action";
import { useClusterRefusal } from "../../app/workspace";
import { ActionButton } from "../../ui/action-button";
import { Confirm } from "../../ui/confirm";
import classes from "./cluster-page.module.css";

/** The cluster's feature level, what it could be, and who holds it back. */
export function Level({ cluster }: { cluster: Cluster }) {
  const [asking, setAsking] = useState(false);
  const refusal = useClusterRefusal();
  const level = cluster.level;
  if (!level) return <>1</>;
  const next = level.raise_to ?? null;
  return (
    <div className={classes.level}>
      <span>
        {level.now}
        {next !== null && <span className="dim"> · every member knows {level.known}</span>}
      </span>
      {level.held_back.length > 0 && (
        <ul className={`${classes.holders} dim`} aria-label="What holds it back">
          {level.held_back.map((holder) => (
            <li key={holder}>{holder}</li>
          ))}
        </ul>
      )}
      {next !== null && <ActionButton label={`Raise to ${next}`} refusal={refusal} onClick={() => setAsking(true)} />}
      {asking && next !== null && <RaiseDialog from={level.now} to={next} onClose={() => setAsking(false)} />}
    </div>
  );
}

function RaiseDialog({ from, to, onClose }: { from: number; to: number; onClose: () => void }) {
  const raise = useAction({
    run: () => raiseLevel(from, to),
    done: () => `The cluster is at level ${to}`,
    refresh: [["cluster"]],
    then: onClose,
  });
  return (
    <Confirm opened onClose={onClose} title={`Raise the feature level to ${to}`} verb="Raise level" danger busy={raise.isPending} error={raise.error} onConfirm={() => raise.mutate(undefined)}>
      This cannot be undone. From then on the cluster uses what level {to} brings, and members whose version knows less are refused: there is no way back to the version before.
    </Confirm>
  );
}
