import { Modal, Stack, Textarea } from "@mantine/core";
import { useState } from "react";

import { resolveAllDrift, resolveDrift } from "../../api/drift";
import type { DriftEvent } from "../../api/types";
import { useAction } from "../../app/use-action";
import { count } from "../../lib/format";
import { DialogActions } from "../../ui/dialog-actions";
import { FormError, Note } from "../../ui/feedback";

/** Leaves drift as it is: of one node, or of all that drift. */
export function ResolveDialog({ project, event, all, seenUntil = "", onClose }: { project: string; event: DriftEvent | null; all?: number; seenUntil?: string; onClose: () => void }) {
  const [reason, setReason] = useState("");
  // As it was when the dialog was opened: the list goes on behind it.
  const [until] = useState(seenUntil);
  const resolve = useAction({
    run: async (why: string) => {
      if (event === null) return await resolveAllDrift(project, why, until);
      await resolveDrift(project, event.id, why);
      return { resolved: 1, stay: 0 };
    },
    done: ({ resolved, stay }) => (event === null ? `${count(resolved, "event")} resolved${stay > 0 ? `; ${count(stay, "event")} began or changed meanwhile and ${stay === 1 ? "stays" : "stay"}` : ""}` : `The drift of ${event.node_name} is resolved`),
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
            {event === null ? "The nodes stay as they are" : "The node stays as it is"}, and what runs there now is not told again. A further change is. {event === null && "What began or changed after you looked stays. "}To bring it back instead, assign the bundle anew or let the project re-assert it.
          </Note>
          <Textarea label="Reason" description="Kept with the event and in the audit log" required data-autofocus autosize minRows={2} maxLength={1_000} value={reason} onChange={(changed) => setReason(changed.currentTarget.value)} />
          <FormError error={resolve.error} />
          <DialogActions verb="Resolve" busy={resolve.isPending} onClose={onClose} />
        </Stack>
      </form>
    </Modal>
  );
}
