import type { RolloutDetail } from "../../api/types";
import { type DomainStep, domainRows } from "../../lib/domains";
import { count } from "../../lib/format";
import { Panel } from "../../ui/page";
import classes from "./domain-panel.module.css";

/** Steps that are told one by one. */
const STEPS_MAX = 12;

/** How far the rollout is in each failure domain, step by step. */
export function DomainPanel({ detail }: { detail: RolloutDetail }) {
  const rows = domainRows(detail);
  if (rows.length === 0) return null;
  const { rollout } = detail;
  return (
    <Panel title={`By ${rollout.failure_domain}`} aside={<span className="dim">{count(rollout.max_unavailable, "node")} of each may be unavailable</span>} flush>
      {/* A box that scrolls must be reachable by keyboard. */}
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
      <div className={classes.box} tabIndex={0}>
        <table className={classes.table}>
          <thead>
            <tr>
              <th scope="col">{rollout.failure_domain}</th>
              <th scope="col">Done</th>
              <th scope="col">Failed</th>
              <th scope="col">Step by step</th>
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <tr key={row.domain ?? ""}>
                <th scope="row">{row.domain ?? <span className="dim">without it</span>}</th>
                <td>
                  {row.done} of {row.total}
                </td>
                <td className={row.failed > 0 ? classes.failed : "dim"}>{row.failed}</td>
                <td>
                  <span className={classes.steps}>
                    {row.steps.slice(0, STEPS_MAX).map((step) => (
                      <Step key={step.step} step={step} />
                    ))}
                    {row.steps.length > STEPS_MAX && <span className="dim">and {row.steps.length - STEPS_MAX} more</span>}
                  </span>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Panel>
  );
}

function Step({ step: { step, done, failed, total } }: { step: DomainStep }) {
  const failures = failed > 0 ? `, ${failed} failed` : "";
  return (
    <span className={failed > 0 ? classes.failed : done === total ? classes.done : "dim"} title={`Step ${step + 1}: ${done} of ${total} done${failures}`}>
      <span className={classes.number}>{step + 1}</span> {done}/{total}
    </span>
  );
}
