import { useMemo } from "react";

import { ConfigLink } from "../../app/links";
import type { Topology, TopologyNode } from "../../lib/topology";
import { sentence } from "../../lib/words";
import { type Column, DataTable } from "../../ui/data-table";
import { State } from "../../ui/state";
import { markState } from "./words";

interface TopologyListProps {
  topology: Topology;
  /** Filters, on the left of the toolbar. */
  toolbar: React.ReactNode;
  empty: React.ReactNode;
  onOpen: (node: TopologyNode) => void;
}

/** The topology in words: each object, what leads to it and where it leads. */
export function TopologyList({ topology, toolbar, empty, onOpen }: TopologyListProps) {
  const columns = useMemo(() => columnsFor(topology), [topology]);
  return <DataTable label="Topology" noun="object" columns={columns} rows={topology.nodes} rowId={({ id }) => id} onOpen={onOpen} toolbar={toolbar} empty={empty} />;
}

function columnsFor({ nodes, edges }: Topology): Column<TopologyNode>[] {
  const names = new Map(nodes.map(({ id, name }) => [id, name]));
  const ways = (here: "from" | "to", there: "from" | "to"): Map<string, string[]> => {
    const found = new Map<string, string[]>();
    for (const edge of edges) {
      const words = `${names.get(edge[there]) ?? ""}${edge.label === undefined ? "" : ` (${edge.label})`}`;
      const known = found.get(edge[here]);
      if (known === undefined) found.set(edge[here], [words]);
      else known.push(words);
    }
    return found;
  };
  const [onward, back] = [ways("from", "to"), ways("to", "from")];
  const inWords = (ways: string[] | undefined): string => (ways === undefined ? "" : ways.length > SAID ? `${ways.slice(0, SAID).join(", ")} and ${ways.length - SAID} more` : ways.join(", "));
  const states = ({ marks }: TopologyNode): string => marks.map((mark) => markState(mark).label).join(", ");
  const way = (words: string): React.ReactNode => (words === "" ? <span className="dim">–</span> : <span title={words}>{words}</span>);
  return [
    { id: "name", header: "Name", width: 220, cell: ({ id, name }) => <ConfigLink at={id}>{name}</ConfigLink>, text: ({ name }) => name },
    { id: "kind", header: "Kind", width: 144, cell: ({ kind }) => sentence(kind), text: ({ kind }) => sentence(kind) },
    { id: "detail", header: "What", cell: ({ detail }) => <span title={detail}>{detail}</span>, text: ({ detail }) => detail },
    { id: "from", header: "Comes from", cell: ({ id }) => way(inWords(back.get(id))), text: ({ id }) => inWords(back.get(id)) },
    { id: "to", header: "Leads to", cell: ({ id }) => way(inWords(onward.get(id))), text: ({ id }) => inWords(onward.get(id)) },
    {
      id: "state",
      header: "State",
      width: 180,
      cell: ({ marks }) => (
        <span style={{ display: "inline-flex", gap: 12 }}>
          {marks.map((mark) => (
            <State key={mark} shown={markState(mark)} />
          ))}
        </span>
      ),
      text: states,
    },
    { id: "place", header: "Place", width: 240, hidden: true, cell: ({ id }) => <span className="mono">{id}</span>, text: ({ id }) => id },
  ];
}

/** Most ways that are said of one object. */
const SAID = 6;
