import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";

import { driftStatsQuery } from "../api/drift";
import { overviewQuery } from "../api/overview";
import { isWaiting } from "../lib/rollout-rules";
import { Icon, type IconName, Logo } from "../ui/icons";
import { StateShape } from "../ui/state";
import classes from "./shell.module.css";
import { useWorkspace } from "./workspace";

type To =
  | "/p/$project"
  | "/p/$project/bundles"
  | "/p/$project/rollouts"
  | "/p/$project/approvals"
  | "/p/$project/calendar"
  | "/p/$project/freezes"
  | "/p/$project/environments"
  | "/p/$project/settings"
  | "/p/$project/configuration"
  | "/p/$project/topology"
  | "/p/$project/secrets"
  | "/p/$project/certificates"
  | "/p/$project/nodes"
  | "/p/$project/groups"
  | "/p/$project/drift"
  | "/p/$project/simulator"
  | "/p/$project/enrolment"
  | "/p/$project/audit"
  | "/o/$org/members"
  | "/o/$org/api-keys"
  | "/cluster";

/** Pages by what people come for. */
export function Sidebar() {
  const { membership, project } = useWorkspace();
  const org = membership?.org.slug;
  const overview = useQuery({ ...overviewQuery(project ?? ""), enabled: project !== undefined });
  const under = overview.data?.rollouts.active ?? [];
  const waiting = under.filter(({ state }) => state === "pending_approval").length;
  const active = under.filter(({ state }) => !isWaiting(state)).length;
  const failed = overview.data?.nodes.failed ?? 0;
  const drift = useQuery({ ...driftStatsQuery(project ?? ""), enabled: project !== undefined });
  const drifting = drift.data?.active_events ?? 0;
  const alarms = drift.data?.alarms ?? 0;

  const item = (to: To, icon: IconName, label: string, mark?: React.ReactNode) => (
    <li>
      <Link to={to} params={{ project: project ?? "", org: org ?? "" }} className={classes.item} activeOptions={{ exact: to === "/p/$project", includeSearch: false }} aria-label={label}>
        <Icon name={icon} />
        <span>{label}</span>
        {mark}
      </Link>
    </li>
  );

  return (
    <nav className={classes.side} aria-label="Main">
      <Link to="/" className={classes.brand} aria-label="Sentinel, home">
        <Logo />
        <span>Sentinel</span>
      </Link>
      {project !== undefined && (
        <>
          <ul className={classes.nav}>{item("/p/$project", "overview", "Overview")}</ul>
          <Group label="Deliver">
            {item("/p/$project/bundles", "bundle", "Bundles")}
            {item("/p/$project/rollouts", "rollout", "Rollouts", active > 0 && <Mark kind="progressing" count={active} title={`${active} active`} />)}
            {item("/p/$project/approvals", "check", "Approvals", waiting > 0 && <Mark kind="paused" count={waiting} title={`${waiting} waiting`} />)}
            {item("/p/$project/calendar", "calendar", "Calendar")}
            {item("/p/$project/freezes", "pause", "Freeze windows")}
            {item("/p/$project/environments", "environments", "Environments")}
          </Group>
          <Group label="Configure">
            {item("/p/$project/configuration", "edit", "Configuration")}
            {item("/p/$project/topology", "topology", "Topology")}
            {item("/p/$project/secrets", "lock", "Secrets")}
            {item("/p/$project/certificates", "shield", "Certificates")}
          </Group>
          <Group label="Fleet">
            {item("/p/$project/nodes", "node", "Nodes", failed > 0 && <Mark kind="failed" count={failed} title={`${failed} failed`} />)}
            {item("/p/$project/groups", "group", "Groups")}
            {item("/p/$project/drift", "diff", "Drift", drifting > 0 && <Mark kind={alarms > 0 ? "failed" : "paused"} count={drifting} title={alarms > 0 ? `${alarms} need somebody` : `${drifting} drift`} />)}
            {item("/p/$project/simulator", "sandbox", "Simulator")}
            {item("/p/$project/enrolment", "ticket", "Enrolment tokens")}
          </Group>
        </>
      )}
      <Group label="Admin">
        {org !== undefined && item("/o/$org/members", "people", "Members")}
        {org !== undefined && item("/o/$org/api-keys", "key", "API keys")}
        {project !== undefined && item("/p/$project/audit", "audit", "Audit")}
        {project !== undefined && item("/p/$project/settings", "settings", "Settings")}
        {item("/cluster", "cluster", "Cluster")}
      </Group>
    </nav>
  );
}

function Group({ label, children }: { label: string; children: React.ReactNode }) {
  return (
    <>
      <h2 className={classes.group}>{label}</h2>
      <ul className={classes.nav} aria-label={label}>
        {children}
      </ul>
    </>
  );
}

function Mark({ kind, count, title }: { kind: "progressing" | "failed" | "paused"; count: number; title: string }) {
  return (
    <span className={classes.count} title={title}>
      <StateShape kind={kind} size={11} />
      {count}
    </span>
  );
}
