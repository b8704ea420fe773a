import { count } from "../lib/format";
import classes from "./editor-page.module.css";
import { PageHeader } from "./page";
import { StateShape } from "./state";

interface EditorPageProps {
  title: string;
  note?: string;
  /** What can be done with the text as a whole. */
  actions?: React.ReactNode;
  /** The text, or a form in its place; it fills the window. */
  editor: React.ReactNode;
  isForm?: boolean;
  /** What comes of the text, as high as it is. */
  beside?: React.ReactNode;
  /** Panels beside the text. */
  children: React.ReactNode;
}

/** A page on which a text is written, with what it means beside it. */
export function EditorPage({ title, note, actions, editor, isForm = false, beside, children }: EditorPageProps) {
  return (
    <div className={classes.page}>
      <PageHeader title={title} note={note}>
        {actions}
      </PageHeader>
      <div className={beside === undefined ? classes.columns : `${classes.columns} ${classes.withBeside}`} data-form={isForm || undefined}>
        <div className={`panel ${classes.editor}`}>{editor}</div>
        {beside}
        <div className={classes.side}>{children}</div>
      </div>
    </div>
  );
}

interface BesidePanelProps {
  title: string;
  aside?: React.ReactNode;
  /** Facts below the content. */
  foot?: React.ReactNode;
  /** The content is not that of the text as it stands; say so in words too. */
  dimmed?: boolean;
  children: React.ReactNode;
}

/** What comes of the text, in a panel that is as high as the text is. */
export function BesidePanel({ title, aside, foot, dimmed = false, children }: BesidePanelProps) {
  return (
    <section className={`panel ${classes.beside}`} aria-label={title}>
      <div className={classes.besideHead}>
        <h2 className="panel-title">{title}</h2>
        {aside}
      </div>
      <div className={classes.besideBody} data-dimmed={dimmed || undefined}>
        {children}
      </div>
      {foot !== undefined && <div className={`dim ${classes.besideFoot}`}>{foot}</div>}
    </section>
  );
}

/** The fields of a panel beside the text; `Enter` in one of them submits. */
export function SideForm({ onSubmit, children }: { onSubmit: () => void; children: React.ReactNode }) {
  return (
    <form
      className={classes.form}
      onSubmit={(event) => {
        event.preventDefault();
        onSubmit();
      }}
    >
      {children}
    </form>
  );
}

/** What stands between the lists of a panel that has no padding of its own. */
export function Pad({ children }: { children: React.ReactNode }) {
  return <div className={`${classes.pad} ${classes.form}`}>{children}</div>;
}

/** Said where a list has no rows, or instead of its last ones. */
export function Remark({ children }: { children: React.ReactNode }) {
  return <p className={`dim ${classes.pad}`}>{children}</p>;
}

/** Rows that lead to places in the text; old ones are those of an earlier text. */
export function PlaceList({ label, old = false, children }: { label: string; old?: boolean; children: React.ReactNode }) {
  return (
    <ul className={classes.list} aria-label={label} data-dimmed={old || undefined}>
      {children}
    </ul>
  );
}

interface PlaceRowProps {
  kind: React.ComponentProps<typeof StateShape>["kind"];
  /** What to do, on a line of its own. */
  help?: string | null | undefined;
  /** The place, on the last line. */
  path?: string | null | undefined;
  children: React.ReactNode;
  onGo: () => void;
}

export function PlaceRow({ kind, help, path, children, onGo }: PlaceRowProps) {
  return (
    <li>
      <button type="button" className={classes.row} onClick={onGo}>
        <StateShape kind={kind} />
        <span>
          {children}
          {help && <span className={`dim ${classes.path}`}>{help}</span>}
          {path && <span className={`mono dim ${classes.path}`}>{path}</span>}
        </span>
      </button>
    </li>
  );
}

/** What a check of the text came to. */
export type CheckState = "checking" | "valid" | "invalid" | "unknown";

/** A check in one word. */
export function Verdict({ state, problems }: { state: CheckState; problems: number }) {
  if (state === "checking") return <span className="dim">checking…</span>;
  if (problems === 0 && state !== "valid") return <span className="dim">not checked</span>;
  return (
    <span className={classes.verdict}>
      <StateShape kind={problems === 0 ? "ok" : "failed"} /> {problems === 0 ? "valid" : count(problems, "problem")}
    </span>
  );
}
