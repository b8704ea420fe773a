import { Button, Tooltip } from "@mantine/core";

import { Icon, type IconName } from "./icons";

interface ActionButtonProps {
  label: string;
  icon?: IconName;
  onClick: () => void;
  /** Why it cannot be done now; the button stays, and says so. */
  refusal?: string | null;
  primary?: boolean;
  danger?: boolean;
  loading?: boolean;
}

/** A button that is never hidden: when it would be refused, it is disabled and tells why. */
export function ActionButton({ label, icon, onClick, refusal = null, primary = false, danger = false, loading = false }: ActionButtonProps) {
  const button = (
    <Button
      variant={primary ? "filled" : "default"}
      color={danger && primary ? "red" : undefined}
      c={danger && !primary && refusal === null ? "var(--failed)" : undefined}
      leftSection={icon === undefined ? undefined : <Icon name={icon} size={14} />}
      loading={loading}
      // Stays focusable, so that the reason can be read by keyboard too.
      aria-disabled={refusal !== null || undefined}
      data-disabled={refusal !== null || undefined}
      onClick={(event) => {
        if (refusal !== null) event.preventDefault();
        else onClick();
      }}
    >
      {label}
    </Button>
  );
  return refusal === null ? button : <Tooltip label={refusal}>{button}</Tooltip>;
}
