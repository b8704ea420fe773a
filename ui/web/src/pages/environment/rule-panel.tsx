import { useMemo, useState } from "react";

import { deletePromotionRule, updatePromotionRule } from "../../api/environments";
import type { PromotionRule } from "../../api/types";
import { BundleLink, RolloutLink } from "../../app/links";
import { useAction } from "../../app/use-action";
import type { Shown } from "../../lib/states";
import { Ago } from "../../ui/ago";
import { Confirm } from "../../ui/confirm";
import { ErrorPanel } from "../../ui/feedback";
import { Panel } from "../../ui/page";
import { RowMenu } from "../../ui/row-menu";
import { State } from "../../ui/state";
import classes from "./rule-panel.module.css";
import { conditionWords, ruleWords } from "./words";

const OUTCOMES: Record<NonNullable<PromotionRule["last"]>["outcome"], Shown> = {
  started: { kind: "ok", label: "Started" },
  waits: { kind: "progressing", label: "Waits" },
  refused: { kind: "degraded", label: "Not taken on" },
};

/** The rules, and what came of each last. */
export function RulePanel({ project, rules, error, refusal }: { project: string; rules: PromotionRule[] | undefined; error: Error | null; refusal: string | null }) {
  const [deleting, setDeleting] = useState<PromotionRule | null>(null);
  const refresh = useMemo(() => [["promotion-rules", project], ["audit"]], [project]);
  const toggle = useAction({ run: (rule: PromotionRule) => updatePromotionRule(project, rule.id, { enabled: !rule.enabled }), done: (rule) => (rule.enabled ? "The rule is on" : "The rule is off"), refresh });
  const remove = useAction({
    run: (rule: PromotionRule) => deletePromotionRule(project, rule.id),
    done: () => "The rule is gone",
    refresh,
    then: () => setDeleting(null),
  });
  if (error !== null) return <ErrorPanel error={error} what="The list of rules" />;
  if (rules === undefined || rules.length === 0) return null;
  return (
    <Panel title="Promotion rules">
      <ul className={classes.rules}>
        {rules.map((rule) => (
          <li key={rule.id}>
            <div>
              <strong>{rule.source.name}</strong>: {ruleWords(rule)}
              <div className="dim">
                {conditionWords(rule) !== "" && `${conditionWords(rule)} · `}by {rule.created_by}
                {rule.look_at && (
                  <>
                    {" "}
                    · next look <Ago at={rule.look_at} />
                  </>
                )}
              </div>
            </div>
            <div>
              {rule.last && (
                <>
                  <State shown={OUTCOMES[rule.last.outcome]} /> <BundleLink id={rule.last.bundle_id} version={rule.last.version ?? "removed"} />{" "}
                  {rule.last.rollout_id && <RolloutLink id={rule.last.rollout_id}>its rollout</RolloutLink>}
                  {rule.last.reason && <div className="dim">{rule.last.reason}</div>}
                </>
              )}
            </div>
            <RowMenu
              label={`Actions for the rule from ${rule.source.name} to ${rule.target.name}`}
              items={[
                { label: rule.enabled ? "Turn off" : "Turn on", icon: rule.enabled ? "pause" : "play", refusal, onClick: () => toggle.mutate(rule) },
                { label: "Delete", icon: "trash", refusal, onClick: () => setDeleting(rule) },
              ]}
            />
          </li>
        ))}
      </ul>
      <Confirm
        opened={deleting !== null}
        onClose={() => {
          setDeleting(null);
          remove.reset();
        }}
        title="Delete this rule?"
        verb="Delete rule"
        danger
        busy={remove.isPending}
        error={remove.error}
        onConfirm={() => deleting !== null && remove.mutate(deleting)}
      >
        What it has started goes on.
      </Confirm>
    </Panel>
  );
}
