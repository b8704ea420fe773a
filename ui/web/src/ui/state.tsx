import type { Shown, StateKind } from "../lib/states";
import classes from "./state.module.css";

/** A shape per state, so that colour is never the only difference. */
export function StateShape({ kind, size = 14 }: { kind: StateKind; size?: number }) {
  return (
    <svg aria-hidden="true" className={classes[kind]} width={size} height={size} viewBox="0 0 14 14" style={{ flex: "none", color: "var(--state)" }}>
      {SHAPES[kind]}
    </svg>
  );
}

const line = { fill: "none", stroke: "currentColor", strokeWidth: 1.6, strokeLinecap: "round", strokeLinejoin: "round" } as const;
const inner = { ...line, stroke: "var(--panel)", strokeWidth: 1.7 } as const;

const SHAPES: Record<StateKind, React.ReactNode> = {
  ok: (
    <>
      <circle cx="7" cy="7" r="6" fill="currentColor" />
      <path d="M4.3 7.200l2 2 3.5-4" {...inner} />
    </>
  ),
  progressing: (
    <>
      <circle cx="7" cy="7" r="5.2" {...line} />
      <path d="M7 1.800a5.2 5.2 0 0 1 0 10.400z" fill="currentColor" />
    </>
  ),
  degraded: (
    <>
      <path d="M7 1.200l6.2 11.300H.8z" fill="currentColor" />
      <path d="M7 5.200v3.200M7 10.500h.01" {...inner} />
    </>
  ),
  failed: (
    <>
      <rect x="1" y="1" width="12" height="12" rx="2.5" fill="currentColor" />
      <path d="M4.6 4.600l4.8 4.800M9.4 4.600L4.6 9.4" {...inner} />
    </>
  ),
  unknown: <circle cx="7" cy="7" r="5.2" {...line} strokeDasharray="2.2 2.2" />,
  paused: (
    <>
      <circle cx="7" cy="7" r="6" fill="currentColor" />
      <path d="M5.5 4.700v4.600M8.5 4.700v4.6" {...inner} />
    </>
  ),
};

/** A state: shape and word. */
export function State({ shown, badge = false }: { shown: Shown; badge?: boolean }) {
  return (
    <span className={`${classes.state} ${classes[shown.kind]} ${badge ? classes.badge : ""}`}>
      <StateShape kind={shown.kind} size={badge ? 12 : 14} />
      {shown.label}
    </span>
  );
}
