// When a key is a shortcut and when it is text.

/** Somebody is writing, or a dialog is open: keys are not shortcuts. */
export function isTyping(target: EventTarget | null): boolean {
  if (document.querySelector('[role="dialog"]') !== null) return true;
  if (!(target instanceof HTMLElement)) return false;
  return target.isContentEditable || target.closest("input, textarea, select, [role=combobox], .cm-editor") !== null;
}

/** Every shortcut, for the list of keys. */
export const SHORTCUTS: { keys: string[]; does: string }[] = [
  { keys: ["Ctrl", "K"], does: "Search every page, object and action" },
  { keys: ["/"], does: "Filter the list" },
  { keys: ["j"], does: "Next row" },
  { keys: ["k"], does: "Previous row" },
  { keys: ["Enter"], does: "Open the row" },
  { keys: ["x"], does: "Select the row" },
  { keys: ["g", "o"], does: "Go to the overview" },
  { keys: ["g", "n"], does: "Go to nodes" },
  { keys: ["g", "b"], does: "Go to bundles" },
  { keys: ["g", "r"], does: "Go to rollouts" },
  { keys: ["g", "a"], does: "Go to the audit log" },
  { keys: ["g", "c"], does: "Go to the cluster" },
  { keys: ["t"], does: "Today, in the calendar; arrows lead to other days" },
  { keys: ["?"], does: "Show this list" },
];
