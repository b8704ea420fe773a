import { CloseButton, Kbd, Select, TextInput } from "@mantine/core";
import { useEffect, useRef, useState } from "react";

import { Icon } from "./icons";

const PAUSE_MS = 250;

/** A text filter; tells when the person pauses. `/` goes there. */
export function TextFilter({ value, onChange, placeholder, width = 240, main = false, error = null }: {
  value: string;
  onChange: (value: string) => void;
  placeholder: string;
  width?: number;
  /** The filter that `/` goes to. */
  main?: boolean;
  error?: string | null;
}) {
  const [text, setText] = useState(value);
  const told = useRef(value);
  const tell = useRef(onChange);
  tell.current = onChange;
  useEffect(() => {
    // Changed from outside: the back button, a cleared filter.
    if (value !== told.current) {
      told.current = value;
      setText(value);
    }
  }, [value]);
  useEffect(() => {
    if (text === told.current) return;
    const timer = setTimeout(() => {
      told.current = text;
      tell.current(text);
    }, PAUSE_MS);
    return () => clearTimeout(timer);
  }, [text]);
  return (
    <TextInput
      aria-label={placeholder}
      placeholder={placeholder}
      value={text}
      onChange={(event) => setText(event.currentTarget.value)}
      onKeyDown={(event) => event.key === "Escape" && event.currentTarget.blur()}
      w={width}
      error={error !== null && error}
      leftSection={main ? <Icon name="search" size={14} /> : undefined}
      rightSection={text !== "" ? <CloseButton size="xs" aria-label="Clear" onClick={() => setText("")} /> : main ? <Kbd size="xs">/</Kbd> : undefined}
      data-hotkey={main ? "filter" : undefined}
    />
  );
}

/** One of a few values, or any. */
export function ChoiceFilter<V extends string>({ value, onChange, options, any, width = 150 }: {
  value: V | undefined;
  onChange: (value: V | undefined) => void;
  options: { value: V; label: string }[];
  /** What no choice is called. */
  any: string;
  width?: number;
}) {
  return (
    <Select
      aria-label={any}
      placeholder={any}
      data={options}
      value={value ?? null}
      onChange={(chosen) => onChange((chosen as V | null) ?? undefined)}
      clearable
      w={width}
      comboboxProps={{ width: "max-content", position: "bottom-start" }}
    />
  );
}

/** A filter that came with a link, and the way out of it. */
export function FilterChip({ children, onRemove }: { children: React.ReactNode; onRemove: () => void }) {
  return (
    <span
      style={{
        display: "inline-flex",
        alignItems: "center",
        gap: 4,
        padding: "3px 4px 3px 10px",
        borderRadius: 99,
        background: "var(--accent-soft)",
        color: "var(--text)",
      }}
    >
      {children}
      <CloseButton size="xs" aria-label="Remove this filter" onClick={onRemove} />
    </span>
  );
}
