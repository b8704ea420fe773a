import { Link } from "@tanstack/react-router";
import { useNavigate } from "@tanstack/react-router";

import type { Environment, PromotionRule } from "../../api/types";
import { BundleLink } from "../../app/links";
import { count, number } from "../../lib/format";
import { ActionButton } from "../../ui/action-button";
import { Ago } from "../../ui/ago";
import { Note } from "../../ui/feedback";
import { RowMenu } from "../../ui/row-menu";
import classes from "./environment-page.module.css";
import { ruleWords } from "./words";

interface LaneProps {
  project: string;
  environment: Environment;
  /** The one that comes after it. */
  next: Environment | undefined;
  /** Those that take bundles on from here. */
  rules: PromotionRule[];
  refusal: string | null;
  operatorRefusal: string | null;
  onEdit: () => void;
  onDelete: () => void;
}

/** One environment: what runs, what was completed, and the way on. */
export function Lane({ project, environment, next, rules, refusal, operatorRefusal, onEdit, onDelete }: LaneProps) {
  const navigate = useNavigate();
  const newest = environment.completed[0];
  const there = next?.completed.some((one) => one.bundle_id === newest?.bundle_id) ?? false;
  return (
    <li className={classes.lane} style={{ "--lane": environment.color } as React.CSSProperties}>
      <div className={classes.head}>
        <h2 className={classes.name}>{environment.name}</h2>
        <RowMenu
          label={`Actions for ${environment.name}`}
          items={[
            { label: "Edit", icon: "edit", refusal, onClick: onEdit },
            { label: "Delete", icon: "trash", refusal, onClick: onDelete },
          ]}
        />
      </div>
      <div className="dim">
        <span className="mono">{environment.slug}</span> · {environment.nodes === 0 ? "no nodes" : <Link to="/p/$project/nodes" params={{ project }} search={{ environment: environment.slug }} className="link">{count(environment.nodes, "node")}</Link>}
        {environment.nodes > 0 && `, ${number(environment.online)} online`}
      </div>
      {environment.description !== "" && <div className="dim">{environment.description}</div>}
      {environment.frozen && <Note kind="paused">{environment.frozen}</Note>}
      <h3 className={classes.part}>Runs</h3>
      {environment.bundles.length === 0 ? (
        <div className="dim">nothing proven</div>
      ) : (
        <ul className={classes.rows}>
          {environment.bundles.slice(0, 6).map((bundle) => (
            <li key={bundle.bundle_id}>
              <BundleLink id={bundle.bundle_id} version={bundle.version ?? "removed"} />
              <span className="dim">{count(bundle.nodes, "node")}</span>
            </li>
          ))}
          {environment.bundles.length > 6 && <li className="dim">and {environment.bundles.length - 6} more bundles</li>}
        </ul>
      )}
      <h3 className={classes.part}>Completed</h3>
      {environment.completed.length === 0 ? (
        <div className="dim">nothing yet</div>
      ) : (
        <ul className={classes.rows}>
          {environment.completed.slice(0, 3).map((one) => (
            <li key={one.bundle_id}>
              <BundleLink id={one.bundle_id} version={one.version ?? "removed"} />
              <span className="dim">
                <Ago at={one.at} />
              </span>
            </li>
          ))}
        </ul>
      )}
      {environment.approval_rules.length > 0 && (
        <>
          <h3 className={classes.part}>Approvals</h3>
          <ul className={classes.rows}>
            {environment.approval_rules.map((rule) => (
              <li key={`${rule.risk_at_least}-${rule.approvals}`}>
                <span>{rule.risk_at_least ? `${rule.risk_at_least} risk or more` : "every rollout"}</span>
                <span className="dim">{count(rule.approvals, "person", "people")}</span>
              </li>
            ))}
          </ul>
        </>
      )}
      <div className={classes.foot}>
        {rules.map((rule) => (
          <div key={rule.id} className="dim">
            {ruleWords(rule)}
          </div>
        ))}
        {next !== undefined && (
          <ActionButton
            label={newest ? `Promote ${newest.version ?? "it"} to ${next.name}` : `Promote to ${next.name}`}
            icon="rollout"
            refusal={operatorRefusal ?? (newest === undefined ? "Nothing was completed here yet" : there ? "It has been completed there" : next.nodes === 0 ? `${next.name} has no nodes` : null)}
            onClick={() => void navigate({ to: "/p/$project/rollouts/new", params: { project }, search: { bundle: newest?.bundle_id, environment: next.slug } })}
          />
        )}
      </div>
    </li>
  );
}
