import classes from "./sandbox-badge.module.css";

/** Stands wherever a project is named that is a place to try things. */
export function SandboxBadge() {
  return (
    <span className={classes.badge} title="A place to try things: its nodes may be simulated">
      Sandbox
    </span>
  );
}
