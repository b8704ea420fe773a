import { Tabs } from "@mantine/core";

import type { Shown } from "../lib/states";
import classes from "./detail-page.module.css";
import { useTitle } from "./page";
import { State } from "./state";

export interface Tab {
  id: string;
  label: string;
  content: () => React.ReactNode;
  /** A number beside the label. */
  count?: number;
}

interface DetailPageProps {
  /** What kind of object, with the way back to its list. */
  kind: React.ReactNode;
  name: string;
  state: Shown;
  /** The numbers that matter, two or three. */
  numbers: { label: string; value: React.ReactNode }[];
  actions?: React.ReactNode;
  /** What must be seen first: a failure, a hold. */
  notice?: React.ReactNode;
  tabs: Tab[];
  tab: string;
  onTab: (tab: string) => void;
  /** Facts in the right column. */
  aside: React.ReactNode;
}

/** Every object's page: header with state, numbers and actions; tabs; facts on the right. */
export function DetailPage({ kind, name, state, numbers, actions, notice, tabs, tab, onTab, aside }: DetailPageProps) {
  useTitle(name);
  const open = tabs.find((candidate) => candidate.id === tab) ?? tabs[0];
  return (
    <div className={classes.page}>
      <header className={classes.header}>
        <div className={classes.identity}>
          <div className={classes.kind}>{kind}</div>
          <div className={classes.name}>
            <h1>{name}</h1>
            <State shown={state} badge />
          </div>
        </div>
        <dl className={classes.numbers}>
          {numbers.map(({ label, value }) => (
            <div key={label}>
              <dt>{label}</dt>
              <dd>{value}</dd>
            </div>
          ))}
        </dl>
        <div className={classes.actions}>{actions}</div>
      </header>
      {notice !== undefined && notice !== null && <div className={classes.notice}>{notice}</div>}
      <Tabs value={open?.id ?? ""} onChange={(id) => id !== null && onTab(id)} keepMounted={false} className={classes.tabs}>
        <Tabs.List>
          {tabs.map(({ id, label, count }) => (
            <Tabs.Tab key={id} value={id}>
              {label}
              {count !== undefined && <span className={classes.count}>{count}</span>}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        <div className={classes.body}>
          <div className={classes.main}>
            {tabs.map(({ id, content }) => (
              <Tabs.Panel key={id} value={id}>
                {id === open?.id && content()}
              </Tabs.Panel>
            ))}
          </div>
          <aside className={classes.aside} aria-label="Facts">
            {aside}
          </aside>
        </div>
      </Tabs>
    </div>
  );
}
