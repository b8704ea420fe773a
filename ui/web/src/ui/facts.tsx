import { Tooltip } from "@mantine/core";

import type { Node } from "../api/types";
import { now, useAgo } from "../lib/clock";
import { FACT_MEANING, type FactView, factViews } from "../lib/facts";
import { sentence } from "../lib/words";
import { convergence } from "../lib/states";
import { ago } from "../lib/time";
import { Ago } from "./ago";
import classes from "./facts.module.css";
import { Flash } from "./flash";

type Facts = Pick<Node, "desired" | "offered" | "accepted" | "effective" | "failure" | "converged" | "status">;

function words(fact: FactView, at: number): string {
  if (fact.generation === null) return `${sentence(fact.name)}: nothing`;
  const version = fact.version ?? "a bundle that is gone";
  return `${sentence(fact.name)}: ${version}, generation ${fact.generation}${fact.at === null ? "" : `, ${ago(fact.at, at)}`}`;
}

function Mark({ fact }: { fact: FactView }) {
  return (
    <span className={`${classes.mark} ${classes[fact.state] ?? ""}`}>
      <span className={classes.pip}>
        {fact.state === "broken" && (
          <svg aria-hidden="true" width="7" height="7" viewBox="0 0 8 8">
            <path d="M1.5 1.500l5 5M6.5 1.500l-5 5" stroke="var(--panel)" strokeWidth="1.6" strokeLinecap="round" />
          </svg>
        )}
      </span>
    </span>
  );
}

/** Desired, offered, accepted, effective: four marks in a row. Full and joined: all the same. */
export function FactMarks({ node }: { node: Facts }) {
  const facts = factViews(node);
  const shown = convergence(node);
  // Ages in the tooltip are as of the newest change; the label changes with them.
  const label = facts.map((fact) => words(fact, now()));
  return (
    <Tooltip
      label={
        <span style={{ display: "block", whiteSpace: "pre-line" }}>
          {`${shown.label}\n${label.join("\n")}`}
        </span>
      }
    >
      <span className={`${classes.marks} ${classes[shown.kind]}`} role="img" aria-label={`${shown.label}. ${label.join(". ")}`}>
        {facts.map((fact) => (
          <Mark key={fact.name} fact={fact} />
        ))}
      </span>
    </Tooltip>
  );
}

/** The four facts in full. `link` shows a version as a link to its bundle. */
export function FactTable({ node, link }: { node: Facts; link: (bundleId: string, version: string) => React.ReactNode }) {
  const shown = convergence(node);
  return (
    <div className={`panel ${classes.table}`} role="group" aria-label="The four facts">
      {factViews(node).map((fact) => (
        <div key={fact.name} className={classes.cell}>
          <div className={classes.name}>
            <span className={classes[shown.kind]}>
              <Mark fact={fact} />
            </span>
            {sentence(fact.name)}
          </div>
          <div className={`${classes.version} truncate`}>
            <Flash value={fact.generation}>
              {fact.bundleId === null ? (
                <span className="dim">–</span>
              ) : (
                link(fact.bundleId, fact.version ?? "gone")
              )}
            </Flash>
          </div>
          <div className="dim">
            {fact.generation === null ? (
              FACT_MEANING[fact.name]
            ) : (
              <>
                generation {fact.generation} · <Ago at={fact.at} />
              </>
            )}
          </div>
        </div>
      ))}
    </div>
  );
}

/** Age of what a member last heard. */
export function LastSeen({ at }: { at: string | null | undefined }) {
  return at ? <SeenAgo at={at} /> : <span className="dim">not heard</span>;
}

function SeenAgo({ at }: { at: string }) {
  return <span className="nowrap">{useAgo(at)}</span>;
}
