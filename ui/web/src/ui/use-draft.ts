import { useState } from "react";

import type { Read } from "../lib/line-lists";
import { useTellWrong } from "./wrong-drafts";

interface Draft {
  text: string;
  write: (text: string) => void;
  /** Why what is written is nothing yet. */
  error: string | null;
}

/** What is written into a field whose value is no text: half of a number or an empty line stays until it means something, or the value changes. The form is told while it means nothing. */
export function useDraft<T>(value: T | undefined, format: (value: T) => string, read: (text: string) => Read<T>, onChange: (value: T | undefined) => void): Draft {
  const [draft, setDraft] = useState<{ text: string; of: string | undefined } | null>(null);
  const known = JSON.stringify(value);
  const text = draft !== null && draft.of === known ? draft.text : value === undefined ? "" : format(value);
  const found = read(text);
  const error = "error" in found ? found.error : null;
  useTellWrong(error !== null);
  return {
    text,
    error,
    write: (text) => {
      const found = read(text);
      if ("error" in found) setDraft({ text, of: known });
      else {
        setDraft({ text, of: JSON.stringify(found.value) });
        onChange(found.value);
      }
    },
  };
}
