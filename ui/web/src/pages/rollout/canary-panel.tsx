import type { CanaryAnalysis, RolloutDetail } from "../../api/types";
import { evidencePlot, evidenceWords, groupWords, sharePlot, stepMarks, verdict } from "../../lib/canary";
import { isFinal } from "../../lib/rollout-rules";
import { Ago } from "../../ui/ago";
import { FactList, Panel } from "../../ui/page";
import { LineChart } from "../../ui/line-chart";
import { State } from "../../ui/state";
import classes from "./canary-panel.module.css";

/** How the nodes with the new bundle compare with the others. Nothing when the rollout is no canary. */
export function CanaryPanel({ detail }: { detail: RolloutDetail }) {
  const { rollout, canary_analysis_results: analysis } = detail;
  if (!rollout.canary_analysis_config) return null;
  if (!analysis) {
    if (isFinal(rollout.state)) return null;
    return (
      <Panel title="Canary">
        <p className="dim">Nothing was compared yet: it takes traffic through nodes with the new bundle and through others, at the same time. Without it no step passes.</p>
      </Panel>
    );
  }
  return (
    <Panel title={`Canary in step ${analysis.step_index + 1}`} aside={<State shown={verdict(analysis.verdict)} />} flush>
      <Charts analysis={analysis} />
      <div className={classes.facts}>
        <FactList
          facts={[
            ["Errors", groupWords(analysis, "errors")],
            ...(analysis.slow_above_ms === null || analysis.slow_above_ms === undefined ? [] : ([[`Above ${analysis.slow_above_ms} ms`, groupWords(analysis, "slow")]] as [string, React.ReactNode][])),
            ["Evidence", `errors ${evidenceWords(analysis.error_evidence)}, slow answers ${evidenceWords(analysis.slow_evidence)}; ${evidenceWords(analysis.bound)} is enough to fail`],
            ["Looks", <span key="looks">{analysis.looks}, the newest <Ago at={analysis.analyzed_at} /></span>],
          ]}
        />
      </div>
    </Panel>
  );
}

function Charts({ analysis }: { analysis: CanaryAnalysis }) {
  const { course } = analysis;
  const errors = sharePlot(course, "errors");
  const slow = sharePlot(course, "slow");
  const evidence = evidencePlot(analysis);
  const ends = { from: <Ago at={course[0]?.at ?? analysis.since} />, to: <Ago at={analysis.analyzed_at} /> };
  const marks = stepMarks(course);
  const percents = (share: number): string => `${(share * 100).toPrecision(2)} %`;
  const timed = course.some((look) => look.canary.timed > 0);
  return (
    <div className={classes.charts}>
      <LineChart title="Errors" summary={groupWords(analysis, "errors")} lines={errors.lines} top={percents(errors.top)} bottom="0" marks={marks} {...ends} />
      {timed && <LineChart title={`Answers above ${analysis.slow_above_ms ?? "?"} ms`} summary={groupWords(analysis, "slow")} lines={slow.lines} top={percents(slow.top)} bottom="0" marks={marks} {...ends} />}
      <LineChart
        title="Evidence that it is worse"
        summary={`Errors ${evidenceWords(analysis.error_evidence)}, slow answers ${evidenceWords(analysis.slow_evidence)}, bound ${evidenceWords(analysis.bound)}.`}
        lines={timed ? evidence.lines : evidence.lines.slice(0, 1)}
        top={evidenceWords(evidence.top)}
        bottom="none"
        bound={{ at: evidence.bound ?? 1, label: `fails at ${evidenceWords(analysis.bound)}` }}
        marks={marks}
        {...ends}
      />
    </div>
  );
}
