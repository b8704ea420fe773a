import type { CheckResult, RolloutDetail } from "../../api/types";
import { count } from "../../lib/format";
import { Ago } from "../../ui/ago";
import { Panel } from "../../ui/page";
import classes from "./check-panel.module.css";

/** How the checks do, as the member that leads has told it last. */
export function CheckPanel({ detail }: { detail: RolloutDetail }) {
  const results = detail.check_results ?? [];
  if (results.length === 0) return null;
  const asked = new Map((detail.rollout.checks ?? []).map((check) => [check.name, check]));
  return (
    <Panel title="Checks" aside={<span className="dim">asked by the leader while a step is observed</span>} flush>
      {/* A box that scrolls must be reachable by keyboard. */}
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
      <div className={classes.box} tabIndex={0}>
        <table className={classes.table}>
          <thead>
            <tr>
              <th scope="col">Check</th>
              <th scope="col">Asked</th>
              <th scope="col">Result</th>
              <th scope="col">Answer</th>
              <th scope="col">When</th>
            </tr>
          </thead>
          <tbody>
            {results.map((result) => (
              <tr key={result.name}>
                <th scope="row">{result.name}</th>
                <td className="dim">{asked.get(result.name)?.url}</td>
                <td>
                  <Outcome result={result} needed={asked.get(result.name)?.passes ?? 0} />
                </td>
                <td className={`dim ${classes.short}`}>{answer(result)}</td>
                <td className={`dim ${classes.short}`}>{result.checked_at ? <Ago at={result.checked_at} /> : "–"}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Panel>
  );
}

function Outcome({ result, needed }: { result: CheckResult; needed: number }) {
  if (!result.checked_at) return <span className="dim">not made so far</span>;
  if (result.error) return <span className={classes.failed}>{`failed ${count(result.failures, "time")}: ${result.error}`}</span>;
  const passed = Math.min(result.passes, needed);
  return <span className={passed >= needed ? classes.done : undefined}>{`passed ${passed} of ${count(needed, "time")}`}</span>;
}

function answer({ status, latency_ms }: CheckResult): string {
  const took = latency_ms === null || latency_ms === undefined ? [] : [`${latency_ms} ms`];
  return [...(status ? [String(status)] : []), ...took].join(", ");
}
