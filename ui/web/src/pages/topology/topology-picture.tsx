import { useMemo } from "react";
import { Link } from "@tanstack/react-router";

import type { Topology, TopologyKind, TopologyNode } from "../../lib/topology";
import { BOX, layout } from "../../lib/topology-layout";
import { sentence } from "../../lib/words";
import { Graph } from "../../ui/graph";
import { Icon, type IconName } from "../../ui/icons";
import { State } from "../../ui/state";
import { markState } from "./words";
import classes from "./topology-page.module.css";

const ICONS: Record<TopologyKind, IconName> = { listener: "out", service: "rollout", upstream_group: "group", target: "node" };

/** The topology as boxes in columns; each box leads to its place in the configuration. */
export function TopologyPicture({ project, topology }: { project: string; topology: Topology }) {
  const nodes = useMemo(() => {
    const points = layout(topology);
    return topology.nodes.map((node) => ({ id: node.id, ...(points.get(node.id) ?? { x: 0, y: 0 }), content: <Box project={project} node={node} /> }));
  }, [project, topology]);
  const edges = useMemo(() => topology.edges.map((edge) => ({ ...edge, label: edge.label === undefined ? undefined : shortened(edge.label) })), [topology]);
  return <Graph label="Topology" nodes={nodes} edges={edges} box={BOX} />;
}

/** As much as there is room for between two columns; the list has all of it. */
function shortened(label: string): string {
  const [first = ""] = label.split(",");
  return label.length <= LABEL_MAX ? label : `${first.slice(0, LABEL_MAX - 1)}…`;
}

const LABEL_MAX = 7;

function Box({ project, node }: { project: string; node: TopologyNode }) {
  const { id, kind, name, detail, marks } = node;
  const states = marks.map(markState);
  const disabled = marks.includes("disabled") || marks.includes("unused");
  return (
    <Link
      to="/p/$project/configuration"
      params={{ project }}
      search={{ at: id }}
      className={`${classes.box} ${classes[kind]} ${disabled ? classes.off : ""} ${marks.includes("changed") ? classes.changed : ""}`}
      aria-label={[`${sentence(kind)} ${name}`, detail, ...states.map(({ label }) => label)].filter((words) => words !== "").join(", ")}
      title={`${name}\n${detail}`}
      draggable={false}
    >
      <span className={classes.head}>
        <Icon name={ICONS[kind]} size={14} />
        <span className={`truncate ${classes.name}`}>{name}</span>
        {states.map((shown) => (
          <span key={shown.label} className={classes.mark}>
            <State shown={shown} />
          </span>
        ))}
      </span>
      <span className={`truncate dim ${classes.detail}`}>{detail}</span>
    </Link>
  );
}
