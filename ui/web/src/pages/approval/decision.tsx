import { Textarea } from "@mantine/core";
import { useState } from "react";

import { approveRollout, breakGlass, rejectRollout } from "../../api/rollouts";
import type { Risk, Rollout } from "../../api/types";
import { useAction } from "../../app/use-action";
import { useRefusal, useWorkspace } from "../../app/workspace";
import { count } from "../../lib/format";
import { approvalRefusal } from "../../lib/rollout-rules";
import { risk } from "../../lib/states";
import { riskAgainst, riskReason, sentence } from "../../lib/words";
import { ActionButton } from "../../ui/action-button";
import { Ago } from "../../ui/ago";
import { Confirm } from "../../ui/confirm";
import { Id } from "../../ui/copy";
import { FactList, Panel } from "../../ui/page";
import { State } from "../../ui/state";

/** Who must agree to a rollout, who has, and what is agreed to. */
export function ApprovalPanel({ rollout }: { rollout: Rollout }) {
  const { approval } = rollout;
  if (!approval) return null;
  return (
    <Panel title="Approvals">
      <FactList
        facts={[
          ["Given", `${approval.given.length} of ${approval.needed}`],
          ...approval.given.map((given): [string, React.ReactNode] => [
            "By",
            <span key={given.by}>
              {given.by} <span className="dim">· <Ago at={given.at} /></span>
            </span>,
          ]),
          ...(rollout.state === "pending_approval" ? [["Until", <Ago key="until" at={approval.expires_at} />] as [string, React.ReactNode]] : []),
          ["Digest", <Id key="digest" id={approval.digest} what="the digest of what is approved" />],
        ]}
      />
    </Panel>
  );
}

/** How dangerous it is for the nodes that it moves, and by what that was judged. */
export function RiskPanel({ rollout }: { rollout: Rollout }) {
  if (!rollout.risk) return null;
  return (
    <Panel title="Risk" aside={<State shown={risk(rollout.risk.level)} />}>
      <RiskWords risk={rollout.risk} />
    </Panel>
  );
}

function RiskWords({ risk }: { risk: Risk }) {
  return (
    <>
      <span className="dim">{sentence(riskAgainst(risk))}.</span>
      {risk.reasons.length > 0 && (
        <ul style={{ margin: "8px 0 0", paddingLeft: 20 }}>
          {risk.reasons.map((reason) => (
            <li key={reason}>{riskReason(reason)}</li>
          ))}
        </ul>
      )}
    </>
  );
}

/** The two answers that a rollout waits for. */
export function Decision({ project, rollout }: { project: string; rollout: Rollout }) {
  const [asked, setAsked] = useState<"approve" | "reject" | null>(null);
  const [comment, setComment] = useState("");
  const refused = useRefusal("operator");
  const { session } = useWorkspace();
  const refresh = [["rollouts", project], ["overview", project]];
  const close = (): void => setAsked(null);
  const approve = useAction({
    run: (digest: string) => approveRollout(project, rollout.id, digest),
    done: (after) => (after.state === "pending_approval" ? "Approved; others must agree too" : `Approved; the rollout is ${after.state.replaceAll("_", " ")}`),
    refresh,
    then: close,
  });
  const reject = useAction({ run: (text: string) => rejectRollout(project, rollout.id, text), done: () => "The rollout is rejected", refresh, then: close });
  const { approval } = rollout;
  if (!approval) return null;
  const missing = approval.needed - approval.given.length;
  return (
    <>
      <ActionButton label="Approve" icon="check" primary refusal={refused ?? approvalRefusal(rollout, session.user.email)} onClick={() => setAsked("approve")} />
      <ActionButton label="Reject" icon="cross" danger refusal={refused} onClick={() => setAsked("reject")} />
      <Confirm
        opened={asked === "approve"}
        onClose={() => {
          close();
          approve.reset();
        }}
        title={`Approve the rollout of ${rollout.bundle_version}?`}
        verb="Approve"
        busy={approve.isPending}
        error={approve.error}
        onConfirm={() => approve.mutate(approval.digest)}
      >
        <p style={{ margin: "0 0 12px" }}>
          {rollout.bundle_version} goes to {count(rollout.nodes, "node")} in {count(rollout.steps, "step")}, as {rollout.created_by} asked for.{" "}
          {missing > 1 ? `${count(missing - 1, "more person", "more people")} must agree after you.` : "Yours is the last approval: it begins as soon as its time and freezes allow."}
        </p>
        {rollout.risk && (
          <div style={{ margin: "0 0 12px" }}>
            <State shown={risk(rollout.risk.level)} /> <RiskWords risk={rollout.risk} />
          </div>
        )}
        <p style={{ margin: 0 }}>
          You agree to <Id id={approval.digest} what="the digest of what is approved" />: this bundle, these nodes in these steps, with these gates, at this time.
        </p>
      </Confirm>
      <Confirm
        opened={asked === "reject"}
        onClose={() => {
          close();
          reject.reset();
        }}
        title={`Reject the rollout of ${rollout.bundle_version}?`}
        verb="Reject for good"
        danger
        busy={reject.isPending}
        error={reject.error}
        onConfirm={() => reject.mutate(comment)}
      >
        <p style={{ margin: "0 0 12px" }}>It ends without moving any node. Whoever asked for it can start another one.</p>
        <Textarea label="Why" required autosize minRows={2} maxLength={1_000} value={comment} onChange={(event) => setComment(event.currentTarget.value)} data-autofocus />
      </Confirm>
    </>
  );
}

/** Lets a rollout through every freeze. */
export function BreakGlassButton({ project, rollout }: { project: string; rollout: Rollout }) {
  const [opened, setOpened] = useState(false);
  const [reason, setReason] = useState("");
  const refused = useRefusal("admin");
  const action = useAction({
    run: (text: string) => breakGlass(project, rollout.id, text),
    done: () => "No freeze holds this rollout any more",
    refresh: [["rollouts", project]],
    then: () => setOpened(false),
  });
  return (
    <>
      <ActionButton label="Break the glass" icon="warning" danger refusal={refused} onClick={() => setOpened(true)} />
      <Confirm
        opened={opened}
        onClose={() => {
          setOpened(false);
          action.reset();
        }}
        title="Let this rollout through the freeze?"
        verb="Break the glass"
        danger
        busy={action.isPending}
        error={action.error}
        onConfirm={() => action.mutate(reason)}
      >
        <p style={{ margin: "0 0 12px" }}>No freeze holds it from now on, until its end. Other rollouts stay where they are.</p>
        <Textarea label="Reason" description="Kept with the rollout and in the audit log" required autosize minRows={2} maxLength={1_000} value={reason} onChange={(event) => setReason(event.currentTarget.value)} data-autofocus />
      </Confirm>
    </>
  );
}
