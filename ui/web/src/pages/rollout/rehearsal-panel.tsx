import { SegmentedControl } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";

import { asApiError } from "../../api/error";
import { rehearsalQuery } from "../../api/rehearsals";
import type { Rehearsal, RolloutCreate, RolloutRehearse } from "../../api/types";
import { RolloutLink } from "../../app/links";
import { count, number } from "../../lib/format";
import { rehearsalOutcome, timeRows, WAITS, WHAT_IF } from "../../lib/rehearsal";
import { duration } from "../../lib/time";
import { sentence } from "../../lib/words";
import { ActionButton } from "../../ui/action-button";
import { FormError, Loading, Note } from "../../ui/feedback";
import { Panel } from "../../ui/page";
import { State } from "../../ui/state";
import classes from "./rehearsal-panel.module.css";

type WhatIf = (typeof WHAT_IF)[number]["value"];

/** Plays what is asked for on a copy of the project, and shows the course. */
export function RehearsalPanel({ project, request, refusal }: { project: string; request: RolloutCreate | null; refusal: string | null }) {
  const [whatIf, setWhatIf] = useState<WhatIf>("good");
  const [asked, setAsked] = useState<RolloutRehearse | null>(null);
  const course = useQuery({ ...rehearsalQuery(project, asked ?? NOTHING), enabled: asked !== null });
  const current = asked !== null && asked.rollout === request && (asked.assumptions?.bad ?? "good") === whatIf;
  const rehearse = (bad: WhatIf) => {
    if (request !== null) setAsked({ rollout: request, assumptions: bad === "good" ? {} : { bad } });
  };
  return (
    <Panel title="Rehearsal" aside={course.data && <span className="dim">nothing was started</span>} flush>
      <div className={classes.ask}>
        <span className={classes.what}>
          <span id="what-if">The bundle</span>
          <SegmentedControl
            size="xs"
            aria-labelledby="what-if"
            data={WHAT_IF}
            value={whatIf}
            onChange={(value) => {
              setWhatIf(value as WhatIf);
              // Whoever has asked once wants to compare.
              if (asked !== null && refusal === null) rehearse(value as WhatIf);
            }}
          />
        </span>
        <ActionButton label="Rehearse" refusal={refusal} loading={course.isFetching} onClick={() => rehearse(whatIf)} />
      </div>
      {asked === null && <p className={`dim ${classes.pad}`}>Plays it on a copy of the project in simulated time: how long each step takes, what would stop it, and whether a bad bundle would be found.</p>}
      {asked !== null && course.isPending && (
        <div className={classes.pad}>
          <Loading lines={3} />
        </div>
      )}
      {course.error !== null && (
        <div className={classes.pad}>
          <FormError error={asApiError(course.error)} />
        </div>
      )}
      {course.data && asked !== null && (
        <div className={current ? undefined : classes.old} aria-busy={course.isFetching}>
          {!current && <Note kind="info">What is asked for has changed since. Rehearse it again.</Note>}
          <Course course={course.data} />
        </div>
      )}
    </Panel>
  );
}

function Course({ course }: { course: Rehearsal }) {
  const rows = timeRows(course);
  const worst = course.peak.groups.reduce((most, group) => Math.max(most, group.away), 0);
  return (
    <>
      <div className={classes.outcome} role="status">
        <State shown={rehearsalOutcome(course)} badge />
        <strong>{duration(course.total_ms)}</strong>
        {course.reason && <span className={classes.reason}>{sentence(course.reason)}</span>}
      </div>
      {course.warnings.map((warning) => (
        <Note key={warning} kind="degraded">
          {sentence(warning)}.
        </Note>
      ))}
      {rows.length > 0 && (
        <>
          {/* A box that scrolls must be reachable by keyboard. */}
          {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
          <ol className={classes.rows} aria-label="Course of the rehearsal" tabIndex={0}>
            {rows.map((row) => (
              <li key={row.label} className={classes.row}>
                <span>{row.label}</span>
                <span className={classes.bar}>
                  {row.stretches.map((stretch) => (
                    <span
                      key={`${stretch.kind}-${stretch.left}`}
                      className={classes.stretch}
                      data-kind={WAITS[stretch.kind].kind}
                      style={{ left: `${stretch.left}%`, width: `${stretch.width}%` }}
                      title={stretch.words}
                    />
                  ))}
                </span>
                <span className={classes.took}>{row.took ?? "–"}</span>
                <span className={`dim ${classes.words}`}>{row.error === null ? row.stretches.map(({ words }) => words).join(", then ") : sentence(row.error)}</span>
              </li>
            ))}
          </ol>
        </>
      )}
      {course.comparisons.length > 0 && (
        <ul className={classes.facts} aria-label="What the canary is compared by">
          {course.comparisons.map((one) => (
            <li key={one.step}>
              Step {one.step + 1}: {number(one.requests)} of {number(one.min_requests)} requests compared;{" "}
              {one.needs_seconds == null ? "there is never enough traffic" : `enough after ${duration(one.needs_seconds * 1_000)}`} of {duration(one.deadline_seconds * 1_000)}
              {one.verdict != null && `; ${VERDICTS[one.verdict]}`}
            </li>
          ))}
        </ul>
      )}
      <ul className={classes.facts} aria-label="Nodes at the worst moment">
        <li>
          At worst {count(course.peak.away, "node")} away and {course.peak.switching} switching; {course.peak.groups.some((group) => group.step == null) ? "in a failure domain" : "in a step"} {worst} away of {course.peak.max_unavailable} that may be
        </li>
        {course.failed_total > 0 && (
          <li>
            {count(course.failed_total, "node")} would fail:{" "}
            {course.failed.slice(0, 5).map(({ name }) => name).join(", ")}
            {course.failed_total > 5 && ` and ${course.failed_total - 5} more`}
          </li>
        )}
      </ul>
      <details className={classes.more}>
        <summary>{count(course.timeline.length + course.timeline_more, "decision")}</summary>
        <ol>
          {course.timeline.map((deed, index) => (
            // Two decisions can have the same words and the same time.
            // oxlint-disable-next-line react/no-array-index-key
            <li key={index}>
              <span className={classes.took}>{duration(deed.at_ms)}</span>
              <span>
                {deed.action.replace(/^rollout\./, "").replaceAll("_", " ")}
                {deed.rollout_id && (
                  <>
                    {" "}
                    of <RolloutLink id={deed.rollout_id}>another rollout</RolloutLink>
                  </>
                )}
                {deed.detail !== "" && <span className="dim">: {deed.detail}</span>}
              </span>
            </li>
          ))}
        </ol>
        {course.timeline_more > 0 && <span className="dim">and {course.timeline_more} more</span>}
      </details>
      <details className={classes.more}>
        <summary>What was assumed</summary>
        <ul>
          {assumed(course).map((words) => (
            <li key={words}>{sentence(words)}</li>
          ))}
        </ul>
      </details>
    </>
  );
}

function assumed({ assumptions: one, approvals_needed: approvals }: Rehearsal): string[] {
  const from = duration(one.activation_from_ms);
  return [
    `a node takes ${from} to ${duration(one.activation_to_ms)} to switch${one.activation_measured ? ", as measured of late" : ""}, and speaks every ${number(one.heartbeat_interval_seconds)} s`,
    `it answers ${number(one.requests_per_second)} requests a second, of which ${number(one.old_error_rate)} % are errors before and ${number(one.new_error_rate)} % after`,
    `one answer in a hundred takes longer than ${number(one.old_latency_ms)} ms before and ${number(one.new_latency_ms)} ms after`,
    `${number(one.failing_percent)} % of the nodes fail to switch, and ${number(one.silent_percent)} % fall silent`,
    ...one.besides,
    ...(approvals > 0 ? [`${count(approvals, "person", "people")} would have to approve it first`] : []),
    `what is drawn is drawn with the seed ${one.seed}`,
  ];
}

const VERDICTS = { gathering: "not decided", fair: "fair", worse: "worse" };

/** Stands in for a question while there is none; never sent. */
const NOTHING: RolloutRehearse = { rollout: { bundle_id: "", target_selector: { type: "all" } } };
