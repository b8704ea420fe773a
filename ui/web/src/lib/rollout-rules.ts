// What can be done with a rollout in which state: the rules of the server, mirrored once, so that a button that would be
// refused says why instead of failing.
import type { Rollout, RolloutState } from "../api/types";

const FINAL: readonly RolloutState[] = ["completed", "failed", "cancelled", "rolled_back"];

/** Nothing will happen any more by itself. */
export function isFinal(state: RolloutState): boolean {
  return FINAL.includes(state);
}

/** It has not begun, and owns no node. */
export function isWaiting(state: RolloutState): boolean {
  return state === "pending_approval" || state === "scheduled" || state === "pending";
}

/** Null: possible. Otherwise why not. */
export type Refusal = string | null;

export function canPause(state: RolloutState): Refusal {
  return state === "running" ? null : `Only a running rollout can be paused; this one is ${inWords(state)}`;
}

export function canResume(state: RolloutState): Refusal {
  return state === "paused" ? null : `Only a paused rollout can be resumed; this one is ${inWords(state)}`;
}

export function canCancel(state: RolloutState): Refusal {
  return isFinal(state) ? `It is over: ${inWords(state)}` : null;
}

/** `returns`: it is blue-green, so that the traffic can go back after its end. `stayed`: some of it has not gone back. */
export function canRollBack(state: RolloutState, returns = false, stayed = false): Refusal {
  if (state === "completed" && returns) return null;
  if ((state === "cancelled" || state === "rolled_back") && stayed) return null;
  return state === "running" || state === "paused" || state === "failed"
    ? null
    : `A rollout that is ${inWords(state)} cannot be rolled back; roll out the earlier bundle instead`;
}

/** Whether this person may still agree to it, as far as the UI can know; the server looks again. */
export function approvalRefusal(rollout: Pick<Rollout, "created_by" | "approval">, email: string): Refusal {
  if (rollout.created_by === email) return "Who asks for a rollout does not approve it";
  return rollout.approval?.given.some(({ by }) => by === email) === true ? "You have approved it already" : null;
}

/** Whether somebody may let it through a freeze that holds it, or would as soon as it is approved or resumed. `frozen`: a window holds now. */
export function canBreakGlass(rollout: Pick<Rollout, "state" | "break_glass" | "hold">, frozen: boolean): boolean {
  if (rollout.break_glass) return false;
  if (rollout.state === "running" || rollout.state === "scheduled") return rollout.hold?.frozen === true;
  return frozen && (rollout.state === "paused" || rollout.state === "pending_approval");
}

export function inWords(state: RolloutState): string {
  return state.replaceAll("_", " ");
}
