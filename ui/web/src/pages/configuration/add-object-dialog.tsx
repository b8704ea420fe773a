import { Modal, Select, Stack, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";

import type { ConfigDocument } from "../../api/types";
import { type FormKind, type ObjectName, slugRefusal } from "../../lib/config-object";
import { DialogActions } from "../../ui/dialog-actions";
import { POLICIES } from "./policy-fields";

interface AddObjectDialogProps {
  /** What the text says now. */
  document: ConfigDocument;
  onClose: () => void;
  onAdd: (name: ObjectName, value: object) => void;
}

interface Kind {
  label: string;
  kind: FormKind;
  value: object;
}

const KINDS: readonly Kind[] = [
  { label: "Service", kind: "service", value: { route_path: "/*" } },
  { label: "Upstream group", kind: "upstream_group", value: { targets: [{ host: "", port: 8080 }] } },
  { label: "Listener", kind: "listener", value: { address: "0.0.0.0:${node.http_port}" } },
  ...POLICIES.map(({ name, title, initial }): Kind => ({ label: `Middleware: ${title}`, kind: "middleware", value: { middleware_type: name, config: initial } })),
];

/** An object with little in it, for the text; its form has the rest. */
export function AddObjectDialog({ document, onClose, onAdd }: AddObjectDialogProps) {
  const form = useForm({ initialValues: { what: KINDS[0]?.label ?? "", slug: "" } });
  const chosen = KINDS.find(({ label }) => label === form.values.what);
  return (
    <Modal opened onClose={onClose} title="Add an object">
      <form
        onSubmit={form.onSubmit(({ slug }) => {
          if (chosen === undefined) return;
          const refusal = slugRefusal(document, chosen.kind, slug.trim());
          if (refusal === null) onAdd({ kind: chosen.kind, slug: slug.trim() }, chosen.value);
          else form.setFieldError("slug", refusal);
        })}
      >
        <Stack gap="sm">
          <Select label="What" data={KINDS.map(({ label }) => label)} {...form.getInputProps("what")} />
          <TextInput label="Slug" description="What others call it; it stays as it is" required data-autofocus {...form.getInputProps("slug")} />
          <DialogActions verb="Add to the text" busy={false} onClose={onClose} />
        </Stack>
      </form>
    </Modal>
  );
}
