import { useEffect } from "react";

import classes from "./page.module.css";

/** The head of every page: what it is, in a heading, and what can be done here. */
export function PageHeader({ title, note, children }: { title: string; note?: React.ReactNode; children?: React.ReactNode }) {
  useTitle(title);
  return (
    <header className={classes.header}>
      <div style={{ minWidth: 0 }}>
        <h1 className={classes.title}>{title}</h1>
        {note !== undefined && <div className="dim">{note}</div>}
      </div>
      <div className={classes.actions}>{children}</div>
    </header>
  );
}

/** Names the browser's tab. */
export function useTitle(title: string): void {
  useEffect(() => {
    document.title = `${title} · Sentinel`;
  }, [title]);
}

/** A page whose list fills the window and scrolls in itself. */
export function ListPage({ children }: { children: React.ReactNode }) {
  return <div className={classes.list}>{children}</div>;
}

/** A page that scrolls as a whole. */
export function ScrollPage({ children, narrow = false }: { children: React.ReactNode; narrow?: boolean }) {
  return (
    // A region that scrolls must be reachable by keyboard.
    <div className={classes.scroll} tabIndex={-1}>
      <div className={narrow ? classes.narrow : classes.wide}>{children}</div>
    </div>
  );
}

/** A titled box. */
export function Panel({
  title,
  aside,
  children,
  flush = false,
}: {
  title?: React.ReactNode;
  aside?: React.ReactNode;
  children: React.ReactNode;
  /** The content brings its own spacing. */
  flush?: boolean;
}) {
  return (
    <section className="panel">
      {title !== undefined && (
        <div className={classes.panelHead}>
          <h2 className="panel-title">{title}</h2>
          {aside}
        </div>
      )}
      <div className={flush ? undefined : classes.panelBody}>{children}</div>
    </section>
  );
}

/** Names and values. */
export function FactList({ facts }: { facts: [name: string, value: React.ReactNode][] }) {
  return (
    <dl className={classes.facts}>
      {facts.map(([name, value]) => (
        <div key={name} className={classes.fact}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
