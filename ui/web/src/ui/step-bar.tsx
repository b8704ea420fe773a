import { Tooltip } from "@mantine/core";

import type { Slot } from "../api/types";
import type { Shown, StateKind } from "../lib/states";
import { count } from "../lib/format";
import { ShareBar } from "./share-bar";
import { SlotBar } from "./slot-bar";
import { StateShape } from "./state";
import classes from "./step-bar.module.css";

export interface Cell {
  id: string;
  name: string;
  shown: Shown;
}

export interface BarStep {
  index: number;
  shown: Shown;
  cells: Cell[];
  current: boolean;
  /** It gives a slot this share of the traffic, and no node the bundle. */
  share?: { slot: Slot; percent: number };
}

interface StepBarProps {
  steps: BarStep[];
  /** A step was chosen, or let go. */
  onStep?: (index: number) => void;
  chosen?: number;
}

/** Steps with more nodes than this show shares instead of cells. */
const CELLS_MAX = 80;

/** A rollout at a glance: steps from left to right, nodes as cells. */
export function StepBar({ steps, onStep, chosen }: StepBarProps) {
  return (
    <ol className={classes.bar} aria-label="Steps">
      {steps.map((step) => {
        const words = cellWords(step.cells);
        const content = (
          <>
            <span className={classes.head}>
              <StateShape kind={step.shown.kind} size={12} />
              <span className={classes.title}>Step {step.index + 1}</span>
            </span>
            {step.share ? <SlotBar blue={step.share.slot === "blue" ? step.share.percent : 100 - step.share.percent} /> : step.cells.length > CELLS_MAX ? <Shares cells={step.cells} /> : <Cells cells={step.cells} />}
            <span className={classes.foot}>
              {step.shown.label} · {step.share ? `${step.share.percent} % to ${step.share.slot}` : count(step.cells.length, "node")}
              {!step.share && <span className="visually-hidden">: {words}</span>}
            </span>
          </>
        );
        const name = `${classes.step} ${step.current ? classes.current : ""} ${chosen === step.index ? classes.chosen : ""}`;
        return (
          <li key={step.index} className={classes.item}>
            {onStep === undefined ? (
              <div className={name}>{content}</div>
            ) : (
              <button type="button" className={name} aria-pressed={chosen === step.index} onClick={() => onStep(step.index)}>
                {content}
              </button>
            )}
          </li>
        );
      })}
    </ol>
  );
}

function Cells({ cells }: { cells: Cell[] }) {
  return (
    <span className={classes.cells} aria-hidden="true">
      {cells.map((cell) => (
        <Tooltip key={cell.id} label={`${cell.name}: ${cell.shown.label.toLowerCase()}`} openDelay={50}>
          <span className={`${classes.cell} ${classes[cell.shown.kind]}`} />
        </Tooltip>
      ))}
    </span>
  );
}

function Shares({ cells }: { cells: Cell[] }) {
  const shares = [...tally(cells)].map(([label, { kind, value }]) => ({ label, kind, value }));
  return <ShareBar shares={shares} label="Nodes" />;
}

function tally(cells: Cell[]): Map<string, { kind: StateKind; value: number }> {
  const counts = new Map<string, { kind: StateKind; value: number }>();
  for (const { shown } of cells) {
    counts.set(shown.label, { kind: shown.kind, value: (counts.get(shown.label)?.value ?? 0) + 1 });
  }
  return counts;
}

function cellWords(cells: Cell[]): string {
  return [...tally(cells)].map(([label, { value }]) => `${value} ${label.toLowerCase()}`).join(", ");
}
