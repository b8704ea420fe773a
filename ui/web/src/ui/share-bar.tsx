import type { StateKind } from "../lib/states";
import classes from "./share-bar.module.css";

export interface Share {
  label: string;
  value: number;
  kind: StateKind | "accent" | "neutral";
}

/** Parts of a whole as one bar. The numbers stand beside it in words: the bar itself is only a picture. */
export function ShareBar({ shares, label }: { shares: Share[]; label: string }) {
  const total = shares.reduce((sum, share) => sum + share.value, 0);
  const words = shares.map((share) => `${share.label} ${share.value}`).join(", ");
  return (
    <div className={classes.bar} role="img" aria-label={`${label}: ${words}`}>
      {total > 0 &&
        shares
          .filter((share) => share.value > 0)
          .map((share) => (
            // A single failed node among thousands must still be visible.
            <span key={share.label} className={classes[share.kind]} style={{ flexGrow: share.value, minWidth: 4 }} />
          ))}
    </div>
  );
}
