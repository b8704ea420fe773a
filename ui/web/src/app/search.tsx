import { Spotlight, spotlight } from "@mantine/spotlight";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useEffect, useState } from "react";

import { bundlesQuery } from "../api/bundles";
import { nodeSearchQuery } from "../api/nodes";
import { rolloutsQuery } from "../api/rollouts";
import { nodeStatus, rolloutState } from "../lib/states";
import { Icon, type IconName } from "../ui/icons";
import { useWorkspace } from "./workspace";

interface Found {
  id: string;
  group: "Actions" | "Pages" | "Projects" | "Nodes" | "Bundles" | "Rollouts";
  label: string;
  detail?: string;
  icon: IconName;
  open: () => void;
}

const PAUSE_MS = 150;
const PER_GROUP = 6;

/** Finds every page, object and action by name. */
export function Search() {
  const [query, setQuery] = useState("");
  const [opened, setOpened] = useState(false);
  const found = useFound(query, opened);
  const groups = [...new Set(found.map((item) => item.group))];
  return (
    <Spotlight.Root
      query={query}
      onQueryChange={setQuery}
      shortcut={["mod + K"]}
      onSpotlightOpen={() => setOpened(true)}
      onSpotlightClose={() => {
        setOpened(false);
        setQuery("");
      }}
      scrollable
      overlayProps={{ backgroundOpacity: 0.5, blur: 0 }}
      styles={{ content: { backgroundColor: "var(--panel)", border: "1px solid var(--line-strong)" } }}
      maxHeight="60vh"
    >
      <Spotlight.Search placeholder="Page, node, bundle, rollout or action" leftSection={<Icon name="search" />} aria-label="Search everything" />
      <Spotlight.ActionsList>
        {groups.map((group) => (
          <Spotlight.ActionsGroup key={group} label={group}>
            {found
              .filter((item) => item.group === group)
              .map((item) => (
                <Spotlight.Action
                  key={item.id}
                  label={item.label}
                  description={item.detail}
                  leftSection={<Icon name={item.icon} />}
                  onClick={() => {
                    spotlight.close();
                    item.open();
                  }}
                />
              ))}
          </Spotlight.ActionsGroup>
        ))}
        {found.length === 0 && <Spotlight.Empty>Nothing is called that</Spotlight.Empty>}
      </Spotlight.ActionsList>
    </Spotlight.Root>
  );
}

function useFound(query: string, opened: boolean): Found[] {
  const { session, membership, project } = useWorkspace();
  const wanted = useDelayed(query.trim());
  const navigate = useNavigate();
  const inProject = opened && project !== undefined;
  const nodes = useQuery({ ...nodeSearchQuery(project ?? "", wanted), enabled: inProject && wanted.length > 1 });
  const bundles = useInfiniteQuery({ ...bundlesQuery(project ?? ""), enabled: inProject });
  const rollouts = useInfiniteQuery({ ...rolloutsQuery(project ?? ""), enabled: inProject });
  if (!opened) return [];

  const found: Found[] = [];
  const params = { project: project ?? "" };
  const add = (item: Found): void => void found.push(item);
  if (project !== undefined) {
    add({ id: "a1", group: "Actions", label: "Create a bundle", icon: "plus", open: () => void navigate({ to: "/p/$project/bundles/new", params, search: {} }) });
    add({ id: "a2", group: "Actions", label: "Start a rollout", icon: "plus", open: () => void navigate({ to: "/p/$project/rollouts/new", params, search: {} }) });
    add({ id: "a3", group: "Actions", label: "Enrol nodes", icon: "plus", open: () => void navigate({ to: "/p/$project/enrolment", params }) });
    add({ id: "p1", group: "Pages", label: "Overview", icon: "overview", open: () => void navigate({ to: "/p/$project", params }) });
    add({ id: "p2", group: "Pages", label: "Bundles", icon: "bundle", open: () => void navigate({ to: "/p/$project/bundles", params, search: {} }) });
    add({ id: "p3", group: "Pages", label: "Rollouts", icon: "rollout", open: () => void navigate({ to: "/p/$project/rollouts", params, search: {} }) });
    add({ id: "p4", group: "Pages", label: "Nodes", icon: "node", open: () => void navigate({ to: "/p/$project/nodes", params, search: {} }) });
    add({ id: "p20", group: "Pages", label: "Groups", icon: "group", open: () => void navigate({ to: "/p/$project/groups", params }) });
    add({ id: "p5", group: "Pages", label: "Enrolment tokens", icon: "ticket", open: () => void navigate({ to: "/p/$project/enrolment", params }) });
    add({ id: "p10", group: "Pages", label: "Approvals", icon: "check", open: () => void navigate({ to: "/p/$project/approvals", params }) });
    add({ id: "p21", group: "Pages", label: "Drift", icon: "diff", open: () => void navigate({ to: "/p/$project/drift", params, search: {} }) });
    add({ id: "p11", group: "Pages", label: "Freeze windows", icon: "pause", open: () => void navigate({ to: "/p/$project/freezes", params }) });
    add({ id: "p25", group: "Pages", label: "Configuration", icon: "edit", open: () => void navigate({ to: "/p/$project/configuration", params, search: {} }) });
    add({ id: "p27", group: "Pages", label: "Topology", icon: "topology", open: () => void navigate({ to: "/p/$project/topology", params, search: {} }) });
    add({ id: "p26", group: "Pages", label: "Secrets", icon: "lock", open: () => void navigate({ to: "/p/$project/secrets", params, search: {} }) });
    add({ id: "p28", group: "Pages", label: "Certificates", icon: "shield", open: () => void navigate({ to: "/p/$project/certificates", params, search: {} }) });
    add({ id: "p24", group: "Pages", label: "Calendar", icon: "calendar", open: () => void navigate({ to: "/p/$project/calendar", params, search: {} }) });
    add({ id: "p23", group: "Pages", label: "Rollout templates", icon: "copy", open: () => void navigate({ to: "/p/$project/templates", params }) });
    add({ id: "p22", group: "Pages", label: "Simulator", icon: "sandbox", open: () => void navigate({ to: "/p/$project/simulator", params }) });
    add({ id: "p13", group: "Pages", label: "Environments", icon: "environments", open: () => void navigate({ to: "/p/$project/environments", params }) });
    add({ id: "p12", group: "Pages", label: "Settings", icon: "settings", open: () => void navigate({ to: "/p/$project/settings", params }) });
    add({ id: "p6", group: "Pages", label: "Audit log", icon: "audit", open: () => void navigate({ to: "/p/$project/audit", params, search: {} }) });
  }
  const org = membership?.org.slug;
  if (org !== undefined) {
    add({ id: "p7", group: "Pages", label: "Members", icon: "people", open: () => void navigate({ to: "/o/$org/members", params: { org } }) });
    add({ id: "p8", group: "Pages", label: "API keys", icon: "key", open: () => void navigate({ to: "/o/$org/api-keys", params: { org } }) });
  }
  add({ id: "p9", group: "Pages", label: "Cluster", icon: "cluster", open: () => void navigate({ to: "/cluster" }) });
  for (const membership of session.memberships) {
    for (const { id, slug, name, sandbox } of membership.projects) {
      if (slug === project) continue;
      add({ id, group: "Projects", label: name, detail: sandbox === true ? `${membership.org.name}, sandbox` : membership.org.name, icon: "org", open: () => void navigate({ to: "/p/$project", params: { project: slug } }) });
    }
  }
  for (const bundle of bundles.data ?? []) {
    const open = (): void => void navigate({ to: "/p/$project/bundles/$bundleId", params: { ...params, bundleId: bundle.id }, search: {} });
    add({ id: bundle.id, group: "Bundles", label: bundle.version, detail: `by ${bundle.created_by}`, icon: "bundle", open });
  }
  for (const rollout of rollouts.data ?? []) {
    const open = (): void => void navigate({ to: "/p/$project/rollouts/$rolloutId", params: { ...params, rolloutId: rollout.id }, search: {} });
    const detail = `${rolloutState(rollout.state).label}, ${rollout.nodes} nodes`;
    add({ id: rollout.id, group: "Rollouts", label: `Rollout of ${rollout.bundle_version}`, detail, icon: "rollout", open });
  }
  const words = query.toLowerCase().split(/\s+/).filter((word) => word !== "");
  const matching = found.filter((item) => words.every((word) => `${item.label} ${item.detail ?? ""} ${item.id} ${item.group}`.toLowerCase().includes(word)));
  if (words.length > 0) {
    for (const node of nodes.data ?? []) {
      const open = (): void => void navigate({ to: "/p/$project/nodes/$nodeId", params: { ...params, nodeId: node.id }, search: {} });
      matching.push({ id: node.id, group: "Nodes", label: node.name, detail: `${nodeStatus(node.status).label}, ${node.hostname}`, icon: "node", open });
    }
  }
  const objects = words.length > 0;
  const counts = new Map<string, number>();
  return matching.filter((item) => {
    // Without a query: what to do and where to go, not every object there is.
    if (!objects && (item.group === "Bundles" || item.group === "Rollouts")) return false;
    const count = (counts.get(item.group) ?? 0) + 1;
    counts.set(item.group, count);
    return item.group === "Pages" || count <= PER_GROUP;
  });
}

function useDelayed(value: string): string {
  const [delayed, setDelayed] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setDelayed(value), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [value]);
  return delayed;
}
