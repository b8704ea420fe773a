import { Button, Group, Stack } from "@mantine/core";

import { Note } from "../../ui/feedback";

/** What the server says of a certificate that it has kept; it is said once. */
export function Warnings({ warnings, verb, onGo }: { warnings: readonly string[]; verb: string; onGo: () => void }) {
  return (
    <Stack gap="sm">
      <Note kind="degraded" title="It is kept. You should know:">
        {warnings.map((warning) => (
          <div key={warning}>{warning}</div>
        ))}
      </Note>
      <Group justify="flex-end">
        <Button onClick={onGo} data-autofocus>
          {verb}
        </Button>
      </Group>
    </Stack>
  );
}
