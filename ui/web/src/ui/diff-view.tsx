import { useMemo } from "react";

import { count } from "../lib/format";
import { spans, startState } from "../lib/kdl-mode";
import { type DiffLine, type Hunk, parseUnifiedDiff, sideBySide } from "../lib/unified-diff";
import classes from "./diff-view.module.css";

export type DiffLayout = "split" | "unified";

/** A unified diff, one below the other or side by side, coloured like the editor. */
export function DiffView({ diff, layout }: { diff: string; layout: DiffLayout }) {
  const hunks = useMemo(() => parseUnifiedDiff(diff), [diff]);
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
    <div className={`panel ${classes.view}`} role="region" aria-label="Difference" tabIndex={0}>
      <table className={layout === "split" ? classes.split : classes.unified}>
        <tbody>{hunks.map((hunk, index) => (layout === "split" ? <SplitHunk key={index} hunk={hunk} /> : <UnifiedHunk key={index} hunk={hunk} />))}</tbody>
      </table>
    </div>
  );
}

function Skipped({ lines, columns }: { lines: number; columns: number }) {
  if (lines <= 0) return null;
  return (
    <tr className={classes.skipped}>
      <td colSpan={columns}>{count(lines, "unchanged line")}</td>
    </tr>
  );
}

const SIGN = { same: " ", removed: "−", added: "+" } as const;

function Code({ line }: { line: DiffLine }) {
  return (
    <>
      <span className={classes.sign}>{SIGN[line.kind]}</span>
      {spans(line.text, startState()).map((part, index) => (
        <span key={index} className={part.token === null ? undefined : `tok-${part.token}`}>
          {part.text}
        </span>
      ))}
    </>
  );
}

function UnifiedHunk({ hunk }: { hunk: Hunk }) {
  return (
    <>
      <Skipped lines={hunk.skipped} columns={3} />
      {hunk.lines.map((line) => (
        <tr key={`${line.old} ${line.new}`} className={classes[line.kind]}>
          <td className={classes.number}>{line.old}</td>
          <td className={classes.number}>{line.new}</td>
          <td className={classes.code}>
            <Code line={line} />
          </td>
        </tr>
      ))}
    </>
  );
}

function SplitHunk({ hunk }: { hunk: Hunk }) {
  return (
    <>
      <Skipped lines={hunk.skipped} columns={4} />
      {sideBySide(hunk.lines).map(({ left, right }, index) => (
        <tr key={index}>
          <Half line={left} number={left?.old ?? null} />
          <Half line={right} number={right?.new ?? null} />
        </tr>
      ))}
    </>
  );
}

function Half({ line, number }: { line: DiffLine | null; number: number | null }) {
  const kind = line === null ? classes.nothing : classes[line.kind];
  return (
    <>
      <td className={`${classes.number} ${kind}`}>{number}</td>
      <td className={`${classes.code} ${kind}`}>{line !== null && <Code line={line} />}</td>
    </>
  );
}
