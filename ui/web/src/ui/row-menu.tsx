import { ActionIcon, Menu } from "@mantine/core";

import { Icon, type IconName } from "./icons";

interface RowMenuItem {
  label: string;
  icon: IconName;
  /** Why it cannot be done now. */
  refusal: string | null;
  onClick: () => void;
}

/** What can be done with a row. */
export function RowMenu({ label, items }: { label: string; items: RowMenuItem[] }) {
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" size="sm" aria-label={label}>
          <Icon name="more" />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        {items.map((item) => (
          <Menu.Item key={item.label} leftSection={<Icon name={item.icon} size={14} />} disabled={item.refusal !== null} title={item.refusal ?? undefined} onClick={item.onClick}>
            {item.label}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
