import { Button, Group, Modal, Select, Stack } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useState } from "react";

import { assignBundle, bundlesQuery } from "../../api/bundles";
import { useAction } from "../../app/use-action";
import { count } from "../../lib/format";
import { FormError, Note } from "../../ui/feedback";

interface AssignDialogProps {
  project: string;
  nodes: { id: string; name: string; owner_rollout_id?: string | null }[];
  /** Chosen already. */
  bundleId?: string;
  onClose: () => void;
}

/** Gives nodes a bundle directly, without steps and gates. */
export function AssignDialog({ project, nodes, bundleId, onClose }: AssignDialogProps) {
  const bundles = useInfiniteQuery(bundlesQuery(project, { status: "compiled" }));
  const [chosen, setChosen] = useState<string | null>(bundleId ?? null);
  const owned = nodes.filter((node) => node.owner_rollout_id);
  const version = bundles.data?.find((bundle) => bundle.id === chosen)?.version;
  const assign = useAction({
    run: (id: string) => assignBundle(project, id, nodes.map((node) => node.id)),
    done: ({ assigned }) => `${version ?? "The bundle"} was assigned to ${count(assigned, "node")}`,
    refresh: [["nodes", project], ["overview", project]],
    then: onClose,
  });
  return (
    <Modal opened onClose={onClose} title={`Assign a bundle to ${nodes.length === 1 ? (nodes[0]?.name ?? "1 node") : count(nodes.length, "node")}`}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (chosen !== null) assign.mutate(chosen);
        }}
      >
        <Stack gap="sm">
          <Select
            label="Bundle"
            placeholder="Choose a version"
            searchable
            data={(bundles.data ?? []).map((bundle) => ({ value: bundle.id, label: bundle.version }))}
            value={chosen}
            onChange={setChosen}
            data-autofocus
          />
          <Note kind="degraded" title={`${count(nodes.length, "node")} will switch at once`}>
            Without steps, gates or an automatic way back. Each node still tests the file and goes back by itself when its own proxy refuses it.
          </Note>
          {owned.length > 0 && <Note kind="failed">{count(owned.length, "node")} of these belong to a rollout now, and the assignment will be refused.</Note>}
          <FormError error={assign.error} />
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" disabled={chosen === null} loading={assign.isPending}>
              Assign to {count(nodes.length, "node")}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
