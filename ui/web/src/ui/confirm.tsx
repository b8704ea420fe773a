import { Button, Group, Modal, Stack, TextInput } from "@mantine/core";
import { useState } from "react";

import { FormError } from "./feedback";

interface ConfirmProps {
  opened: boolean;
  onClose: () => void;
  title: string;
  /** What will happen, in numbers. */
  children: React.ReactNode;
  /** The verb on the button. */
  verb: string;
  danger?: boolean;
  /** For what cannot be undone: the text that must be typed. */
  typed?: string;
  busy: boolean;
  error: unknown;
  onConfirm: () => void;
}

/** Asks before something that is hard to undo; closes itself only when told to, so that a refusal can be read. */
export function Confirm({ opened, onClose, title, children, verb, danger = false, typed, busy, error, onConfirm }: ConfirmProps) {
  return (
    <Modal opened={opened} onClose={onClose} title={title}>
      <ConfirmBody {...{ onClose, verb, danger, typed, busy, error, onConfirm }}>{children}</ConfirmBody>
    </Modal>
  );
}

// A body of its own forgets what was typed when the dialog closes.
function ConfirmBody({ onClose, children, verb, danger, typed, busy, error, onConfirm }: Omit<ConfirmProps, "opened" | "title">) {
  const [text, setText] = useState("");
  const allowed = typed === undefined || text === typed;
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (allowed && !busy) onConfirm();
      }}
    >
      <Stack gap="sm">
        <div>{children}</div>
        {typed !== undefined && (
          <TextInput
            label={
              <>
                Type <span className="mono">{typed}</span> to confirm
              </>
            }
            value={text}
            onChange={(event) => setText(event.currentTarget.value)}
            autoComplete="off"
            data-autofocus
          />
        )}
        <FormError error={error} />
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose}>
            Keep as it is
          </Button>
          <Button type="submit" color={danger ? "red" : undefined} disabled={!allowed} loading={busy} data-autofocus={typed === undefined || undefined}>
            {verb}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
