import { useNavigate } from "@tanstack/react-router";
import { useEffect, useRef } from "react";

import { isTyping } from "../ui/hotkeys";
import { openKeyHelp } from "./key-help";

/** How long `g` waits for its second key. */
const CHORD_MS = 1_200;

const PLACES = {
  o: "/p/$project",
  n: "/p/$project/nodes",
  b: "/p/$project/bundles",
  r: "/p/$project/rollouts",
  a: "/p/$project/audit",
  c: "/cluster",
} as const;

/** The shortcuts that work on every page. */
export function useGlobalKeys(project: string | undefined): void {
  const navigate = useNavigate();
  // Outlives the effect: a page may become another between the two keys of a chord.
  const chordUntil = useRef(0);
  useEffect(() => {
    const pressed = (event: KeyboardEvent): void => {
      if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
      const place = PLACES[event.key as keyof typeof PLACES];
      if (Date.now() < chordUntil.current && place !== undefined) {
        chordUntil.current = 0;
        event.preventDefault();
        if (project !== undefined || event.key === "c") void navigate({ to: place, params: { project: project ?? "" }, search: {} });
        return;
      }
      chordUntil.current = event.key === "g" ? Date.now() + CHORD_MS : 0;
      if (event.key === "?") openKeyHelp();
      if (event.key === "/") {
        const filter = document.querySelector<HTMLInputElement>('input[data-hotkey="filter"]');
        if (filter !== null) {
          event.preventDefault();
          filter.focus();
          filter.select();
        }
      }
    };
    document.addEventListener("keydown", pressed);
    return () => document.removeEventListener("keydown", pressed);
  }, [navigate, project]);
}
