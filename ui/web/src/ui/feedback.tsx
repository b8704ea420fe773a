// What stands where content would be: loading, an error, nothing yet.
import { Button, Skeleton } from "@mantine/core";
import { useEffect, useState } from "react";

import { advice, asApiError } from "../api/error";
import { CopyButton } from "./copy";
import classes from "./feedback.module.css";
import { Icon, type IconName } from "./icons";

const PATIENCE_MS = 200;

/** True after a moment: what loads faster than that shows no sign of loading. */
export function usePatience(): boolean {
  const [over, setOver] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setOver(true), PATIENCE_MS);
    return () => clearTimeout(timer);
  }, []);
  return over;
}

/** Bars where lines of content will be; nothing for the first 200 ms. */
export function Loading({ lines = 6 }: { lines?: number }) {
  if (!usePatience()) return <div aria-busy="true" />;
  return (
    <div aria-busy="true" aria-label="Loading" role="status" className={classes.loading}>
      {Array.from({ length: lines }, (_, line) => (
        <Skeleton key={line} height={14} width={`${92 - ((line * 37) % 45)}%`} radius="sm" />
      ))}
    </div>
  );
}

/** What happened, what it means, what to do. */
export function ErrorPanel({ error, what, onRetry }: { error: unknown; what: string; onRetry?: () => void }) {
  const known = asApiError(error);
  const hint = advice(known);
  const missing = known.status === 404;
  return (
    <div className={classes.error} role="alert">
      <Icon name="warning" size={20} />
      <div>
        <div className={classes.headline}>{missing ? `${what} is not here` : `${what} cannot be shown`}</div>
        <div>{known.message}</div>
        {missing && <div className="dim">It may have been removed, or belong to an org that you are not a member of.</div>}
        {hint !== "" && <div className="dim">{hint}</div>}
        {onRetry !== undefined && !missing && (
          <Button mt="sm" variant="default" onClick={onRetry}>
            Try again
          </Button>
        )}
      </div>
    </div>
  );
}

/** An error inside a form or dialog, above its buttons. */
export function FormError({ error }: { error: unknown }) {
  if (error === null || error === undefined) return null;
  const known = asApiError(error);
  const hint = advice(known);
  return (
    <div className={classes.formError} role="alert">
      <Icon name="warning" size={16} />
      <div>
        {known.message}
        {hint !== "" && <div className="dim">{hint}</div>}
      </div>
    </div>
  );
}

interface EmptyProps {
  icon: IconName;
  title: string;
  children: React.ReactNode;
  /** The first step as a command line. */
  command?: string;
  action?: React.ReactNode;
}

/** Nothing is here yet: what this place is for and the first step. */
export function Empty({ icon, title, children, command, action }: EmptyProps) {
  return (
    <div className={classes.empty}>
      <div className={classes.emptyIcon}>
        <Icon name={icon} size={22} />
      </div>
      <h2 className={classes.headline}>{title}</h2>
      <div className="dim">{children}</div>
      {action !== undefined && <div className={classes.emptyAction}>{action}</div>}
      {command !== undefined && <CommandLine command={command} />}
    </div>
  );
}

/** A line for the shell, with a button to copy it. */
export function CommandLine({ command }: { command: string }) {
  return (
    <div className={classes.command}>
      <code>{command}</code>
      <CopyButton text={command} what="the command" />
    </div>
  );
}

/** A remark that must be seen: warnings of a validator, a hold, a failure. */
export function Note({
  kind,
  title,
  children,
}: {
  kind: "info" | "degraded" | "failed" | "paused" | "ok";
  title?: React.ReactNode;
  children?: React.ReactNode;
}) {
  const icon = kind === "info" ? "info" : kind === "ok" ? "check" : kind === "paused" ? "pause" : "warning";
  return (
    <div className={`${classes.note} ${classes[kind]}`}>
      <Icon name={icon} size={16} />
      <div style={{ minWidth: 0, flex: 1 }}>
        {title !== undefined && <div className={classes.noteTitle}>{title}</div>}
        {children}
      </div>
    </div>
  );
}
