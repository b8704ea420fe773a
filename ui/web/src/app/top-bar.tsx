import { ActionIcon, Kbd, Menu, Tooltip, useComputedColorScheme, useMantineColorScheme } from "@mantine/core";
import { spotlight } from "@mantine/spotlight";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { lazy, Suspense, useState } from "react";

import { clusterQuery } from "../api/cluster";
import { signOut } from "../api/session";
import { clusterHealth } from "../lib/cluster";
import { Icon } from "../ui/icons";
import { SandboxBadge } from "../ui/sandbox-badge";
import { StateShape } from "../ui/state";
import { openKeyHelp } from "./key-help";
import classes from "./shell.module.css";
import { refusal, useWorkspace } from "./workspace";

const CreateOrg = lazy(async () => ({ default: (await import("../pages/project/create-project")).CreateOrg }));
const CreateProject = lazy(async () => ({ default: (await import("../pages/project/create-project")).CreateProject }));
const ChangePassword = lazy(async () => ({ default: (await import("../pages/session/change-password")).ChangePassword }));

export function TopBar() {
  return (
    <header className={classes.top}>
      <ProjectSwitcher />
      <button type="button" className={classes.search} onClick={() => spotlight.open()} aria-label="Search">
        <Icon name="search" size={14} />
        <span>Search everything</span>
        <Kbd size="xs">Ctrl K</Kbd>
      </button>
      <ClusterHealth />
      <ThemeSwitch />
      <UserMenu />
    </header>
  );
}

function ProjectSwitcher() {
  const { session, membership, project } = useWorkspace();
  const navigate = useNavigate();
  const [creating, setCreating] = useState<"org" | string | null>(null);
  const current = membership?.projects.find(({ slug }) => slug === project);
  return (
    <>
      <Menu position="bottom-start" width={280}>
        <Menu.Target>
          <button type="button" className={classes.switcher} aria-label={`Org and project: ${membership?.org.name ?? "none"}, ${current?.name ?? "none"}${current?.sandbox === true ? ", a sandbox" : ""}`}>
            <Icon name="org" size={15} />
            <span className="dim truncate">{membership?.org.name ?? "No org"}</span>
            <span className="dim">/</span>
            <strong className="truncate">{current?.name ?? "No project"}</strong>
            {current?.sandbox === true && <SandboxBadge />}
            <Icon name="updown" size={14} />
          </button>
        </Menu.Target>
        <Menu.Dropdown mah="70vh" style={{ overflowY: "auto" }}>
          {session.memberships.map(({ org, role, projects }) => (
            <div key={org.id}>
              <Menu.Label>
                {org.name} · {role}
              </Menu.Label>
              {projects.map(({ id, slug, name, sandbox }) => (
                <Menu.Item
                  key={id}
                  rightSection={slug === project ? <Icon name="check" size={14} /> : undefined}
                  onClick={() => void navigate({ to: "/p/$project", params: { project: slug } })}
                >
                  {name} {sandbox === true && <SandboxBadge />}
                </Menu.Item>
              ))}
              {refusal(role, "admin") === null && (
                <Menu.Item c="dimmed" leftSection={<Icon name="plus" size={14} />} onClick={() => setCreating(org.slug)}>
                  New project in {org.name}
                </Menu.Item>
              )}
            </div>
          ))}
          {session.user.cluster_admin && (
            <>
              <Menu.Divider />
              <Menu.Item c="dimmed" leftSection={<Icon name="plus" size={14} />} onClick={() => setCreating("org")}>
                New org
              </Menu.Item>
            </>
          )}
        </Menu.Dropdown>
      </Menu>
      <Suspense fallback={null}>
        {creating === "org" && <CreateOrg opened onClose={() => setCreating(null)} />}
        {creating !== null && creating !== "org" && <CreateProject org={creating} onClose={() => setCreating(null)} />}
      </Suspense>
    </>
  );
}

function ClusterHealth() {
  const { data } = useQuery(clusterQuery);
  if (data === undefined) return null;
  const health = clusterHealth(data);
  const answering = data.members.find((member) => member.answering);
  return (
    <Tooltip label={`${health.detail}. ${answering?.name ?? `member-${data.member_id}`} answers you.`}>
      <Link to="/cluster" className={classes.health} aria-label={`Cluster: ${health.shown.label}`}>
        <StateShape kind={health.shown.kind} />
        <span>{answering?.name ?? `member-${data.member_id}`}</span>
        {health.shown.kind !== "ok" && <strong>{health.shown.label}</strong>}
      </Link>
    </Tooltip>
  );
}

function ThemeSwitch() {
  const { setColorScheme } = useMantineColorScheme();
  const scheme = useComputedColorScheme("light");
  const other = scheme === "dark" ? "light" : "dark";
  return (
    <Tooltip label={`Switch to ${other}`}>
      <ActionIcon variant="subtle" color="gray" aria-label={`Switch to ${other} colours`} onClick={() => setColorScheme(other)}>
        <Icon name={scheme === "dark" ? "sun" : "moon"} />
      </ActionIcon>
    </Tooltip>
  );
}

function UserMenu() {
  const { session } = useWorkspace();
  const { setColorScheme } = useMantineColorScheme();
  const client = useQueryClient();
  const navigate = useNavigate();
  const [changing, setChanging] = useState(false);
  const leave = useMutation({
    mutationFn: signOut,
    // Signed out here even when the server could not be told: the person wants to leave.
    onSettled: async () => {
      client.clear();
      await navigate({ to: "/login", search: {} });
    },
  });
  return (
    <>
      <Menu position="bottom-end" width={230}>
        <Menu.Target>
          <ActionIcon variant="default" radius="xl" aria-label={`Account of ${session.user.name}`}>
            <span style={{ fontSize: "0.71875rem", fontWeight: 600 }}>{initials(session.user.name)}</span>
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <div style={{ padding: "6px 12px 8px" }}>
            <div style={{ fontWeight: 600 }}>{session.user.name}</div>
            <div className="dim truncate">{session.user.email}</div>
            {session.user.cluster_admin && <div className="dim">Cluster administrator</div>}
          </div>
          <Menu.Divider />
          <Menu.Item leftSection={<Icon name="keyboard" />} rightSection={<Kbd size="xs">?</Kbd>} onClick={openKeyHelp}>
            Keys
          </Menu.Item>
          <Menu.Item leftSection={<Icon name="moon" />} onClick={() => setColorScheme("auto")}>
            Colours as the system has
          </Menu.Item>
          <Menu.Divider />
          <Menu.Item leftSection={<Icon name="key" />} onClick={() => setChanging(true)}>
            Change password
          </Menu.Item>
          <Menu.Item leftSection={<Icon name="out" />} onClick={() => leave.mutate()}>
            Sign out
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      <Suspense fallback={null}>{changing && <ChangePassword onClose={() => setChanging(false)} />}</Suspense>
    </>
  );
}

function initials(name: string): string {
  const parts = name.split(/[\s.@_-]+/).filter((part) => part !== "");
  return parts
    .slice(0, 2)
    .map((part) => part.charAt(0).toUpperCase())
    .join("");
}
