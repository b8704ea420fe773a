import { Modal, Stack, Textarea } from "@mantine/core";
import { useState } from "react";

import { resolveAllDrift, resolveDrift } from "../../api/drift";
import type { DriftEvent } from "../../api/types";
import { useAction } from "../../app/use-action";
import { count } from "../../lib/format";
import { DialogActions } from "../../ui/dialog-actions";
import { FormError, Note } from "../../ui/feedback";

/** Leaves drift as it is: of one node, or of all that drift. */
export function ResolveDialog({ project, event, all, onClose }: { project: string; event: DriftEvent | null; all?: number; onClose: () => void }) {
  const [reason, setReason] = useState("");
  const resolve = useAction({
    run: async (why: string) => {
      if (event === null) return await resolveAllDrift(project, why);
      await resolveDrift(project, event.id, why);
      return 1;
    },
    done: (resolved) => (event === null ? `${count(resolved, "event")} resolved` : `The drift of ${event.node_name} is resolved`),
    refresh: [["drift", project], ["nodes", project]],
    then: onClose,
  });
  return (
    <Modal opened onClose={onClose} title={event === null ? `Resolve ${count(all ?? 0, "event")}` : `Resolve the drift of ${event.node_name}`}>
      <form
        onSubmit={(submitted) => {
          submitted.preventDefault();
          resolve.mutate(reason.trim());
        }}
      >
        <Stack gap="sm">
          <Note kind="degraded">
            {event === null ? "The nodes stay" : "The node stays"} as it is, and what runs there now is not told again. A further change is. To bring it back instead, assign the bundle anew or let the project re-assert it.
          </Note>
          <Textarea label="Reason" description="Kept with the event and in the audit log" required data-autofocus autosize minRows={2} maxLength={1_000} value={reason} onChange={(changed) => setReason(changed.currentTarget.value)} />
          <FormError error={resolve.error} />
          <DialogActions verb="Resolve" busy={resolve.isPending} onClose={onClose} />
        </Stack>
      </form>
    </Modal>
  );
}
