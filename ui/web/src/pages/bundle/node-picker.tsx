import { Button, Group, Modal, MultiSelect, Stack } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useState } from "react";

import { assignBundle } from "../../api/bundles";
import { nodesQuery } from "../../api/nodes";
import type { Bundle } from "../../api/types";
import { useAction } from "../../app/use-action";
import { count } from "../../lib/format";
import { FormError, Note } from "../../ui/feedback";

/** Chooses the nodes that get a bundle directly. */
export function NodePicker({ project, bundle, onClose }: { project: string; bundle: Bundle; onClose: () => void }) {
  const [q, setQ] = useState("");
  const [chosen, setChosen] = useState<{ value: string; label: string }[]>([]);
  const nodes = useInfiniteQuery(nodesQuery(project, { q: q || undefined }));
  const found = (nodes.data ?? []).map((node) => ({ value: node.id, label: node.name }));
  const options = [...found, ...chosen.filter((node) => !found.some(({ value }) => value === node.value))];
  const assign = useAction({
    run: () => assignBundle(project, bundle.id, chosen.map((node) => node.value)),
    done: ({ assigned }) => `${bundle.version} was assigned to ${count(assigned, "node")}`,
    refresh: [["nodes", project], ["overview", project]],
    then: onClose,
  });
  return (
    <Modal opened onClose={onClose} title={`Assign ${bundle.version}`}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (chosen.length > 0) assign.mutate(undefined);
        }}
      >
        <Stack gap="sm">
          <MultiSelect
            label="Nodes"
            placeholder={chosen.length === 0 ? "Type a name" : undefined}
            searchable
            searchValue={q}
            onSearchChange={setQ}
            data={options}
            value={chosen.map((node) => node.value)}
            onChange={(ids) => setChosen(options.filter(({ value }) => ids.includes(value)))}
            limit={50}
            maxDropdownHeight={260}
            nothingFoundMessage="No node is called that"
            data-autofocus
          />
          <Note kind="degraded" title="These nodes will switch at once">
            Without steps, gates or an automatic way back. For more than a few nodes, start a rollout instead.
          </Note>
          <FormError error={assign.error} />
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" disabled={chosen.length === 0} loading={assign.isPending}>
              Assign to {count(chosen.length, "node")}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
