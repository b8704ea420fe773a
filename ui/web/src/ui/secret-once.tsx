import { Button, Group, Modal, Stack } from "@mantine/core";

import { CommandLine, Note } from "./feedback";

interface SecretOnceProps {
  opened: boolean;
  onClose: () => void;
  title: string;
  secret: string;
  /** What to do with it. */
  children?: React.ReactNode;
}

/** A secret that is shown now and never again. */
export function SecretOnce({ opened, onClose, title, secret, children }: SecretOnceProps) {
  return (
    <Modal opened={opened} onClose={onClose} title={title} size="lg" closeOnClickOutside={false} closeOnEscape={false}>
      <Stack gap="sm">
        <Note kind="degraded" title="Copy it now: it is not shown again">
          Only a digest of it is stored.
        </Note>
        <CommandLine command={secret} />
        {children}
        <Group justify="flex-end">
          <Button onClick={onClose}>I have stored it</Button>
        </Group>
      </Stack>
    </Modal>
  );
}
