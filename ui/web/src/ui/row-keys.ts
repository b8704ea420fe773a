import { useEffect, useRef, useState } from "react";

import { isTyping } from "./hotkeys";

interface RowKeys {
  count: number;
  open: (index: number) => void;
  toggle: (index: number) => void;
  reveal: (index: number) => void;
}

/** `j` and `k` move through rows, Enter opens, `x` selects. */
export function useRowKeys(keys: RowKeys): { active: number; setActive: (index: number) => void } {
  const [active, setActive] = useState(-1);
  const latest = useRef({ keys, active });
  latest.current = { keys, active };
  useEffect(() => {
    const pressed = (event: KeyboardEvent): void => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || isTyping(event.target)) return;
      const { keys, active } = latest.current;
      const move = (to: number): void => {
        const index = Math.max(0, Math.min(keys.count - 1, to));
        if (keys.count === 0) return;
        event.preventDefault();
        setActive(index);
        keys.reveal(index);
      };
      if (event.key === "j") move(active + 1);
      else if (event.key === "k") move(active - 1);
      else if (event.key === "x" && active >= 0) keys.toggle(active);
      else if (event.key === "Enter" && active >= 0 && !onControl(event.target)) keys.open(active);
      else if (event.key === "Escape") setActive(-1);
    };
    document.addEventListener("keydown", pressed);
    return () => document.removeEventListener("keydown", pressed);
  }, []);
  return { active: Math.min(active, keys.count - 1), setActive };
}

/** Enter on a link or button is for that link or button. */
function onControl(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.closest("a, button, [role=menuitem], [role=option]") !== null;
}
