import { Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { useState } from "react";

import { simulatorQuery, stopSimulator } from "../../api/simulator";
import type { Simulator } from "../../api/types";
import { useAction } from "../../app/use-action";
import { useRefusal, useWorkspace } from "../../app/workspace";
import type { Shown } from "../../lib/states";
import { ActionButton } from "../../ui/action-button";
import { Ago } from "../../ui/ago";
import { Confirm } from "../../ui/confirm";
import { Empty, ErrorPanel, Loading, Note } from "../../ui/feedback";
import { Flash } from "../../ui/flash";
import { Icon } from "../../ui/icons";
import { FactList, PageHeader, Panel, ScrollPage } from "../../ui/page";
import { State } from "../../ui/state";
import { CreateProject } from "../project/create-project";
import { SettingsForm } from "./settings-form";
import classes from "./simulator-page.module.css";

const route = getRouteApi("/app/p/$project/simulator");

/** Simulated nodes of a sandbox: how many, what goes wrong with them, and how they do. */
export function SimulatorPage() {
  const { project } = route.useParams();
  const query = useQuery(simulatorQuery(project));
  const refusal = useRefusal("operator");
  const [stopping, setStopping] = useState(false);
  const simulator = query.data;
  const runs = simulator?.state === "running";
  const stop = useAction({
    run: () => stopSimulator(project),
    done: () => "The simulator stops; its nodes are being removed",
    refresh: [["simulator", project], ["nodes", project], ["overview", project]],
    then: () => setStopping(false),
  });
  return (
    <ScrollPage>
      <PageHeader title="Simulator" note="Nodes that the cluster plays: they join, poll, report and fail as real ones do, and run nothing on any machine.">
        {simulator?.sandbox === true && (
          <>
            {runs && <ActionButton label="Stop simulator" icon="stop" refusal={refusal} onClick={() => setStopping(true)} />}
            <Button leftSection={<Icon name="rollout" size={14} />} variant="default" renderRoot={(props) => <Link to="/p/$project/rollouts/new" params={{ project }} search={{}} {...props} />}>
              Start rollout
            </Button>
          </>
        )}
      </PageHeader>
      {simulator === undefined ? (
        query.isError ? (
          <ErrorPanel error={query.error} what="The simulator" onRetry={() => void query.refetch()} />
        ) : (
          <Loading />
        )
      ) : simulator.sandbox ? (
        <div className={classes.grid}>
          <div style={{ display: "grid", gap: 16 }}>
            <Numbers project={project} simulator={simulator} />
            <SettingsForm key={`${simulator.state === "stopped"} ${JSON.stringify(simulator.settings)}`} project={project} simulator={simulator} refusal={refusal} />
          </div>
          <Course simulator={simulator} />
        </div>
      ) : (
        <NoSandbox />
      )}
      <Confirm
        opened={stopping}
        onClose={() => {
          setStopping(false);
          stop.reset();
        }}
        title="Stop the simulator?"
        verb="Stop simulator"
        danger
        busy={stop.isPending}
        error={stop.error}
        onConfirm={() => stop.mutate(undefined)}
      >
        Its {simulator?.nodes.joined ?? 0} nodes are removed, with their history. Bundles and rollouts stay.
      </Confirm>
    </ScrollPage>
  );
}

function NoSandbox() {
  const { membership } = useWorkspace();
  const refusal = useRefusal("admin");
  const [creating, setCreating] = useState(false);
  return (
    <>
      <Empty
        icon="sandbox"
        title="This project is no sandbox"
        action={<ActionButton label="Create a sandbox" icon="plus" primary refusal={refusal} onClick={() => setCreating(true)} />}
        command="sentinel-cp project create Play --sandbox"
      >
        Simulated nodes stand only where no real ones serve anybody. In a sandbox you see a rollout go through a fleet, or go back, before it is about
        something. A project without nodes can be made one in its settings.
      </Empty>
      {creating && membership !== undefined && <CreateProject org={membership.org.slug} sandbox onClose={() => setCreating(false)} />}
    </>
  );
}

function shown({ state }: Simulator): Shown {
  switch (state) {
    case "running":
      return { kind: "progressing", label: "Running" };
    case "stopping":
      return { kind: "degraded", label: "Stopping" };
    case "stopped":
      return { kind: "unknown", label: "Stopped" };
  }
}

function Numbers({ project, simulator }: { project: string; simulator: Simulator }) {
  const { nodes, settings, state } = simulator;
  const wanted = state === "running" ? settings.nodes : null;
  const items: { label: string; value: number; of?: number | null; search: Record<string, string> }[] = [
    { label: "Joined", value: nodes.joined, of: wanted, search: {} },
    { label: "Online", value: nodes.online, search: { status: "online" } },
    { label: "In sync", value: nodes.in_sync, search: { facts: "converged" } },
    { label: "On the way", value: nodes.pending, search: { facts: "converging" } },
    { label: "Failed", value: nodes.failed, search: { facts: "failed" } },
  ];
  return (
    <Panel title="Nodes" aside={<State shown={shown(simulator)} badge />} flush>
      <div className={classes.numbers}>
        {items.map(({ label, value, of, search }) => (
          <Link key={label} to="/p/$project/nodes" params={{ project }} search={search} className={classes.number} aria-label={`${label}: ${value}`}>
            <div className="dim">{label}</div>
            <div className={classes.value}>
              <Flash value={value}>
                {value}
                {of !== null && of !== undefined && <span className="dim"> / {of}</span>}
              </Flash>
            </div>
          </Link>
        ))}
      </div>
    </Panel>
  );
}

function Course({ simulator }: { simulator: Simulator }) {
  const { started_at, started_by, expires_at, member_id, other_nodes, cluster_nodes_max, state } = simulator;
  return (
    <div style={{ display: "grid", gap: 16 }}>
      <Panel title="Course">
        {state === "stopped" ? (
          <span className="dim">It is not running. It ends by itself after two hours, so that a forgotten one does not stay.</span>
        ) : (
          <FactList
            facts={[
              ["Played by", member_id === null || member_id === undefined ? "no leader now" : `member-${member_id}`],
              ["Started", <Ago key="started" at={started_at} />],
              ["Started by", started_by ?? "–"],
              ["Ends", <Ago key="ends" at={expires_at} />],
            ]}
          />
        )}
      </Panel>
      <Panel title="Room">
        <span className="dim">
          All simulators of the cluster have at most {cluster_nodes_max} nodes together; those of other sandboxes have {other_nodes}.
        </span>
      </Panel>
      {state === "stopping" && <Note kind="info" title="It is stopping">Its nodes are removed a few at a time. When they are gone it can be started again.</Note>}
    </div>
  );
}
