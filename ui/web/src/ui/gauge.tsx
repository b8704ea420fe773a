import type { StateKind } from "../lib/states";
import classes from "./gauge.module.css";
import { StateShape } from "./state";

interface GaugeProps {
  label: string;
  kind: StateKind;
  /** Measured, in words; null: nothing was measured yet. */
  value: string | null;
  /** The bound, in words. */
  bound: string;
  /** Where the value stands on the scale from 0 to 1, and the bound; null: no scale. */
  scale: { value: number; bound: number } | null;
  /** Which node it is about. */
  note?: React.ReactNode;
}

/** A measured value against its bound. */
export function Gauge({ label, kind, value, bound, scale, note }: GaugeProps) {
  const clamp = (share: number): string => `${Math.max(0, Math.min(1, share)) * 100}%`;
  return (
    <div className={classes.gauge}>
      <div className={classes.head}>
        <span>{label}</span>
        <StateShape kind={kind} size={13} />
      </div>
      <div className={classes.value}>{value ?? <span className="dim">no data yet</span>}</div>
      {scale !== null && (
        <div className={classes.track} aria-hidden="true">
          <div className={`${classes.fill} ${classes[kind]}`} style={{ width: value === null ? 0 : clamp(scale.value) }} />
          <div className={classes.bound} style={{ left: clamp(scale.bound) }} />
        </div>
      )}
      <div className={classes.note}>
        {bound}
        {note !== undefined && <> · {note}</>}
      </div>
    </div>
  );
}
