import { Kbd, Modal } from "@mantine/core";
import { useEffect, useState } from "react";

import { SHORTCUTS } from "../ui/hotkeys";

const OPEN = "sentinel:keys";

export function openKeyHelp(): void {
  document.dispatchEvent(new Event(OPEN));
}

/** The list of keys. */
export function KeyHelp() {
  const [opened, setOpened] = useState(false);
  useEffect(() => {
    const open = (): void => setOpened(true);
    document.addEventListener(OPEN, open);
    return () => document.removeEventListener(OPEN, open);
  }, []);
  return (
    <Modal opened={opened} onClose={() => setOpened(false)} title="Keys">
      <table style={{ width: "100%", borderSpacing: "0 6px" }}>
        <tbody>
          {SHORTCUTS.map(({ keys, does }) => (
            <tr key={does}>
              <th scope="row" style={{ textAlign: "left", fontWeight: 400 }}>
                {does}
              </th>
              <td style={{ textAlign: "right" }}>
                {keys.map((key) => (
                  <Kbd key={key} size="xs" ml={4}>
                    {key}
                  </Kbd>
                ))}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Modal>
  );
}
