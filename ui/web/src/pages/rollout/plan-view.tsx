import type { PlannedDomain, RolloutPlan } from "../../api/types";
import { BundleLink, NodeLink, RolloutLink } from "../../app/links";
import { count } from "../../lib/format";
import { inWords } from "../../lib/rollout-rules";
import { risk } from "../../lib/states";
import { riskAgainst, riskReason, sentence } from "../../lib/words";
import { Loading, Note } from "../../ui/feedback";
import { State } from "../../ui/state";
import classes from "./rollout-create-page.module.css";

/** Names in a step that are shown before the rest is counted. */
const NAMES_MAX = 10;
const STEPS_MAX = 100;

interface PlanViewProps {
  plan: RolloutPlan | undefined;
  /** There is nothing to plan yet. */
  waiting: boolean;
  /** The server makes no plan of it; the form says why. */
  refused: boolean;
  /** The plan shown is that of a moment ago. */
  settling: boolean;
}

/** What a step takes of each failure domain, and which it cannot but take whole. */
function Domains({ domains }: { domains: PlannedDomain[] }) {
  return (
    <span className={classes.domains}>
      {domains.map(({ value, nodes, of }) => (
        <span key={value ?? ""} className={nodes === of ? classes.whole : "dim"} title={nodes === of ? "All of it: it cannot be spread any further" : undefined}>
          {value ?? "without it"} {nodes}/{of}
        </span>
      ))}
    </span>
  );
}

/** What would happen: steps, nodes that are left out, risk. */
export function PlanView({ plan, waiting, refused, settling }: PlanViewProps) {
  if (waiting) return <p className={`dim ${classes.pad}`} style={{ margin: 0 }}>Choose a bundle and nodes, and the steps appear here before anything happens.</p>;
  if (refused) return <p className={`dim ${classes.pad}`} style={{ margin: 0 }}>No plan can be made of this; the form says why.</p>;
  if (plan === undefined) {
    return (
      <div className={classes.pad}>
        <Loading lines={4} />
      </div>
    );
  }
  return (
    <div className={settling ? classes.settling : undefined} aria-busy={settling}>
      <div className={classes.pad}>
        <div>
          <div className={classes.risk}>
            <span className="inline">
              Bundle <BundleLink id={plan.bundle.id} version={plan.bundle.version} />
            </span>
            <State shown={risk(plan.risk.level)} badge />
          </div>
          <p className="dim" style={{ margin: 0 }}>{sentence(riskAgainst(plan.risk))}.</p>
          {plan.risk.reasons.length > 0 && (
            <ul className={classes.reasons}>
              {plan.risk.reasons.map((reason) => (
                <li key={reason}>{riskReason(reason)}</li>
              ))}
            </ul>
          )}
        </div>
      </div>
      {plan.approvals_needed !== undefined && plan.approvals_needed > 0 && (
        <Note kind="paused">
          {count(plan.approvals_needed, "person", "people")} must approve it before it begins; you cannot be one of them.
        </Note>
      )}
      {(plan.conflicts ?? []).map((other) => (
        <Note key={other.rollout_id} kind="paused">
          {count(other.nodes, "node")} of these: the rollout of <RolloutLink id={other.rollout_id}>{other.bundle_version}</RolloutLink>, {inWords(other.state)}.
        </Note>
      ))}
      {plan.out_of_order && <Note kind="failed">{sentence(plan.out_of_order)}. Roll it out there first.</Note>}
      {(plan.environments ?? []).length > 0 && (
        <div className={classes.excluded}>
          {(plan.environments ?? []).map(({ environment, nodes }) => `${environment.name}: ${count(nodes, "node")}`).join(", ")}
        </div>
      )}
      {plan.frozen && <Note kind="paused">{sentence(plan.frozen)}.</Note>}
      {plan.steps.length === 0 && <p className={`dim ${classes.pad}`} style={{ margin: 0 }}>No node would be moved.</p>}
      {/* A box that scrolls must be reachable by keyboard. */}
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
      <ol className={classes.steps} aria-label="Planned steps" tabIndex={0}>
        {plan.steps.slice(0, STEPS_MAX).map((step) => (
          <li key={step.index} className={classes.step}>
            <strong>Step {step.index + 1}</strong>
            {step.traffic_weight ? (
              <>
                <span>
                  {step.traffic_weight} % of the traffic to {step.deployment_slot}
                </span>
                <span className="dim">traffic</span>
              </>
            ) : (
              <Names step={step} />
            )}
          </li>
        ))}
        {plan.steps.length > STEPS_MAX && <li className={`dim ${classes.step}`}>and {plan.steps.length - STEPS_MAX} more steps</li>}
      </ol>
      {(plan.kept ?? []).length > 0 && (
        <div className={classes.excluded}>
          <strong>{count(plan.kept?.length ?? 0, "node")} with the traffic now {plan.kept?.length === 1 ? "keeps" : "keep"} the bundle</strong>
          <div className="dim">
            {(plan.kept ?? []).slice(0, NAMES_MAX).map((node) => node.name).join(", ")}
            {(plan.kept?.length ?? 0) > NAMES_MAX && ` and ${(plan.kept?.length ?? 0) - NAMES_MAX} more`}
          </div>
        </div>
      )}
      {plan.excluded.length > 0 && (
        <div className={classes.excluded}>
          <strong>{count(plan.excluded.length, "node")} left out</strong>
          <ul>
            {plan.excluded.slice(0, NAMES_MAX).map((node) => (
              <li key={node.id}>
                <NodeLink id={node.id} name={node.name} /> <span className="dim">{node.reason}</span>
              </li>
            ))}
          </ul>
          {plan.excluded.length > NAMES_MAX && <span className="dim">and {plan.excluded.length - NAMES_MAX} more</span>}
        </div>
      )}
    </div>
  );
}

/** The nodes that a step gives the bundle to. */
function Names({ step }: { step: RolloutPlan["steps"][number] }) {
  return (
    <>
      <span>
        {step.nodes.slice(0, NAMES_MAX).map((node, index) => (
          <span key={node.id}>
            {index > 0 && ", "}
            <span className="nowrap">{node.name}</span>
          </span>
        ))}
        {step.nodes.length > NAMES_MAX && <span className="dim"> and {step.nodes.length - NAMES_MAX} more</span>}
        {(step.domains ?? []).length > 0 && <Domains domains={step.domains ?? []} />}
      </span>
      <span className="dim">{step.deployment_slot ? `${step.deployment_slot}, ` : ""}{count(step.nodes.length, "node")}</span>
    </>
  );
}
