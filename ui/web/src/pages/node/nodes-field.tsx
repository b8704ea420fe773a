import { MultiSelect } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";

import { nodesQuery } from "../../api/nodes";
import type { NodeRef } from "../../api/types";
import { shortId } from "../../lib/format";

interface Props {
  project: string;
  label: string;
  description?: string;
  /** Names of nodes that are chosen already. */
  known?: NodeRef[];
  value: string[];
  onChange: (ids: string[]) => void;
  error: React.ReactNode;
}

/** Chooses nodes by name; the server searches. */
export function NodesField({ project, label, description, known = [], value, onChange, error }: Props) {
  const [q, setQ] = useState("");
  const nodes = useInfiniteQuery(nodesQuery(project, { q: q || undefined }));
  const [names, setNames] = useState<Record<string, string>>(() => Object.fromEntries(known.map((node) => [node.id, node.name])));
  useEffect(() => {
    if (nodes.data !== undefined) setNames((before) => ({ ...before, ...Object.fromEntries(nodes.data.map((node) => [node.id, node.name])) }));
  }, [nodes.data]);
  const found = (nodes.data ?? []).map((node) => node.id);
  const ids = [...new Set([...value, ...found])];
  return (
    <MultiSelect
      label={label}
      description={description}
      searchable
      searchValue={q}
      onSearchChange={setQ}
      data={ids.map((id) => ({ value: id, label: names[id] ?? shortId(id) }))}
      value={value}
      onChange={onChange}
      error={error}
      limit={50}
      maxDropdownHeight={260}
      nothingFoundMessage="No node is called that"
    />
  );
}
