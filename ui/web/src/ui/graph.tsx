// Loaded only where a graph is shown.
import "@xyflow/react/dist/base.css";

import { Controls, type Edge, Handle, type Node, type NodeProps, Position, ReactFlow, useReactFlow } from "@xyflow/react";
import { useMemo } from "react";

import classes from "./graph.module.css";

export interface GraphNode {
  id: string;
  x: number;
  y: number;
  content: React.ReactNode;
}

export interface GraphEdge {
  from: string;
  to: string;
  label?: string;
  /** Drawn as one that is not used. */
  idle: boolean;
}

export interface GraphProps {
  /** What the picture shows, for who does not see it. */
  label: string;
  /** Links or buttons in their content are what the keyboard reaches, in this order. */
  nodes: readonly GraphNode[];
  edges: readonly GraphEdge[];
  /** Size of a box, in pixels. */
  box: { width: number; height: number };
}

type BoxNode = Node<{ content: React.ReactNode; width: number; height: number }, "box">;

const NODE_TYPES = { box: Box };
const VIEW = { x: 24, y: 20, zoom: 1 };
const MIN_ZOOM = 0.2;

/** Boxes and what leads from one to another; it is moved by wheel, by pointer, and by what has the focus. */
export function Graph({ label, nodes, edges, box }: GraphProps) {
  const boxes = useMemo(
    (): BoxNode[] => nodes.map(({ id, x, y, content }) => ({ id, type: "box", position: { x, y }, data: { content, ...box }, ...box, ariaRole: "presentation", domAttributes: { "aria-roledescription": undefined } })),
    [nodes, box],
  );
  const lines = useMemo(
    (): Edge[] => edges.map(({ from, to, label, idle }) => ({ id: `${from} ${to}`, source: from, target: to, label, className: idle ? classes.idle : undefined, focusable: false, selectable: false, ariaRole: "presentation", domAttributes: { "aria-roledescription": undefined, "aria-label": undefined } })),
    [edges],
  );
  return (
    <section className={classes.graph} aria-label={label}>
      <ReactFlow
        nodes={boxes}
        edges={lines}
        nodeTypes={NODE_TYPES}
        defaultViewport={VIEW}
        minZoom={MIN_ZOOM}
        maxZoom={1.5}
        panOnScroll
        nodesDraggable={false}
        nodesConnectable={false}
        nodesFocusable={false}
        edgesFocusable={false}
        elementsSelectable={false}
        disableKeyboardA11y
        zoomOnDoubleClick={false}
        proOptions={{ hideAttribution: true }}
      >
        <Controls showInteractive={false} />
      </ReactFlow>
    </section>
  );
}

/** A box; it comes into view when something in it has the focus. */
function Box({ data, positionAbsoluteX, positionAbsoluteY }: NodeProps<BoxNode>) {
  const flow = useReactFlow();
  const show = (event: React.FocusEvent<HTMLDivElement>): void => {
    const frame = event.currentTarget.closest(".react-flow")?.getBoundingClientRect();
    const here = event.currentTarget.getBoundingClientRect();
    // Where it is seen already, nothing moves.
    if (frame === undefined || (here.left >= frame.left && here.right <= frame.right && here.top >= frame.top && here.bottom <= frame.bottom)) return;
    void flow.setCenter(positionAbsoluteX + data.width / 2, positionAbsoluteY + data.height / 2, { zoom: flow.getZoom() });
  };
  return (
    <div className={classes.box} style={{ width: data.width, height: data.height }} onFocus={show}>
      <Handle type="target" position={Position.Left} isConnectable={false} className={classes.handle} />
      {data.content}
      <Handle type="source" position={Position.Right} isConnectable={false} className={classes.handle} />
    </div>
  );
}
