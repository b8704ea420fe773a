import { Button, Group } from "@mantine/core";

interface DialogActionsProps {
  /** What submitting does, as a verb with its object. */
  verb: string;
  busy: boolean;
  onClose: () => void;
}

/** The last row of a form in a dialog: leave, or submit. */
export function DialogActions({ verb, busy, onClose }: DialogActionsProps) {
  return (
    <Group justify="flex-end" gap="xs">
      <Button variant="default" onClick={onClose}>
        Cancel
      </Button>
      <Button type="submit" loading={busy}>
        {verb}
      </Button>
    </Group>
  );
}
