import { Textarea } from "@mantine/core";
import { useState } from "react";

import { advanceRollout, type RolloutAction, steerRollout } from "../../api/rollouts";
import type { RolloutDetail } from "../../api/types";
import { useAction } from "../../app/use-action";
import { useRefusal } from "../../app/workspace";
import { steeringNumbers, steeringWords } from "../../lib/gates";
import { count } from "../../lib/format";
import { canBreakGlass, canCancel, canPause, canResume, canRollBack, isFinal, isWaiting } from "../../lib/rollout-rules";
import { otherSlot } from "../../lib/slots";
import { ActionButton } from "../../ui/action-button";
import { Confirm } from "../../ui/confirm";
import { BreakGlassButton, Decision } from "../approval/decision";

const DONE: Record<RolloutAction, string> = {
  pause: "The rollout is paused",
  resume: "The rollout goes on",
  cancel: "The rollout is cancelled",
  rollback: "The rollout is being taken back",
};

/** What a person can do with a rollout under way; the dangerous half says what will happen in numbers. */
export function Steering({ project, detail }: { project: string; detail: RolloutDetail }) {
  const { rollout, nodes } = detail;
  const [asked, setAsked] = useState<"cancel" | "rollback" | null>(null);
  const [reason, setReason] = useState("");
  const refused = useRefusal("operator");
  const steer = useAction({
    run: (action: RolloutAction) => steerRollout(project, rollout.id, action, reason.trim()),
    done: (_, action) => DONE[action],
    refresh: [["rollouts", project], ["overview", project]],
    then: () => setAsked(null),
  });
  const advance = useAction({
    run: (step: number) => advanceRollout(project, rollout.id, step),
    done: (_, step) => `Step ${step + 1} begins`,
    refresh: [["rollouts", project], ["overview", project]],
  });
  const close = (): void => {
    setAsked(null);
    steer.reset();
  };
  const numbers = steeringNumbers(nodes);
  const ended = isFinal(rollout.state);
  const returns = Boolean(rollout.standby_slot);
  const stayed = returns && (rollout.traffic_weight ?? 0) > 0;
  const traffic = stayed && rollout.standby_slot ? `All traffic returns to ${otherSlot(rollout.standby_slot)} at once. ` : "";
  const waiting = isWaiting(rollout.state);
  return (
    <>
      {rollout.state === "pending_approval" && <Decision project={project} rollout={rollout} />}
      {canBreakGlass(rollout, Boolean(detail.frozen)) && <BreakGlassButton project={project} rollout={rollout} />}
      {rollout.hold?.for_person === true && (
        <ActionButton label={`Begin step ${rollout.current_step + 1}`} icon="play" primary refusal={refused} loading={advance.isPending} onClick={() => advance.mutate(rollout.current_step)} />
      )}
      {!ended && rollout.state === "paused" && (
        <ActionButton label="Resume" icon="play" primary refusal={refused ?? canResume(rollout.state)} loading={steer.isPending && asked === null} onClick={() => steer.mutate("resume")} />
      )}
      {!ended && !waiting && rollout.state !== "paused" && (
        <ActionButton label="Pause" icon="pause" refusal={refused ?? canPause(rollout.state)} loading={steer.isPending && asked === null} onClick={() => steer.mutate("pause")} />
      )}
      {!ended && <ActionButton label="Cancel" icon="stop" refusal={refused ?? canCancel(rollout.state)} onClick={() => setAsked("cancel")} />}
      {((!ended && !waiting) || rollout.state === "failed" || (ended && canRollBack(rollout.state, returns, stayed) === null)) && (
        <ActionButton label="Roll back" icon="back" danger refusal={refused ?? canRollBack(rollout.state, returns, stayed)} onClick={() => setAsked("rollback")} />
      )}
      <Confirm
        opened={asked === "cancel"}
        onClose={close}
        title="Cancel this rollout?"
        verb="Cancel rollout"
        danger
        busy={steer.isPending}
        error={steer.error}
        onConfirm={() => steer.mutate("cancel")}
      >
        {traffic}
        {steeringWords("cancel", nodes)}
      </Confirm>
      <Confirm
        opened={asked === "rollback"}
        onClose={close}
        title="Roll back?"
        verb={numbers.moved > 0 ? `Take back ${count(numbers.moved, "node")}` : "Roll back"}
        danger
        busy={steer.isPending}
        error={steer.error}
        onConfirm={() => steer.mutate("rollback")}
      >
        <p style={{ margin: "0 0 12px" }}>
          {traffic}
          {steeringWords("rollback", nodes)}
        </p>
        <Textarea label="Reason" description="Kept in the audit log" autosize minRows={2} maxLength={1_000} value={reason} onChange={(event) => setReason(event.currentTarget.value)} data-autofocus />
      </Confirm>
    </>
  );
}
