import { ActionIcon, Tooltip } from "@mantine/core";
import { useEffect, useState } from "react";

import { shortId } from "../lib/format";
import { Icon } from "./icons";

const SHOWN_MS = 1_500;

/** Copies `text`; says so for a moment. */
export function CopyButton({ text, what }: { text: string; what: string }) {
  const [outcome, setOutcome] = useState<"copied" | "refused" | null>(null);
  useEffect(() => {
    if (outcome === null) return;
    const timer = setTimeout(() => setOutcome(null), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [outcome]);
  const copy = (): void => {
    copyText(text).then(
      () => setOutcome("copied"),
      () => setOutcome("refused"),
    );
  };
  const label = outcome === "copied" ? "Copied" : outcome === "refused" ? "The browser refused; select the text instead" : `Copy ${what}`;
  return (
    <Tooltip label={label}>
      <ActionIcon
        size="xs"
        variant="subtle"
        color="gray"
        aria-label={label}
        onClick={(event) => {
          event.stopPropagation();
          copy();
        }}
      >
        <Icon name={outcome === "copied" ? "check" : "copy"} size={13} />
      </ActionIcon>
    </Tooltip>
  );
}

async function copyText(text: string): Promise<void> {
  // The clipboard exists in secure contexts only, and a member may be reached over plain HTTP.
  if (navigator.clipboard !== undefined) return navigator.clipboard.writeText(text);
  const area = document.createElement("textarea");
  area.value = text;
  document.body.append(area);
  area.select();
  const done = document.execCommand("copy");
  area.remove();
  if (!done) throw new Error("refused");
}

/** An id or digest, shortened, whole on hover, with a button to copy it. */
export function Id({ id, what }: { id: string; what: string }) {
  return (
    <span className="nowrap" style={{ display: "inline-flex", alignItems: "center", gap: 2 }}>
      <Tooltip label={<span className="mono">{id}</span>} maw={640}>
        <span className="mono">{shortId(id)}</span>
      </Tooltip>
      <CopyButton text={id} what={what} />
    </span>
  );
}
