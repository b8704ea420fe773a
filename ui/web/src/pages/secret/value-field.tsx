import { Checkbox, Textarea } from "@mantine/core";
import { useImperativeHandle, useRef, useState } from "react";

import classes from "./value-field.module.css";

/** Reads what was written; what is not read is nowhere but in the field. */
export interface ValueHandle {
  read: () => string;
}

interface ValueFieldProps {
  handle: React.Ref<ValueHandle>;
  label: string;
  error?: React.ReactNode;
  autoFocus?: boolean;
}

/** A value that nobody beside may read. The document alone has it: no state, no cache, nothing that outlives the form. */
export function ValueField({ handle, label, error, autoFocus = false }: ValueFieldProps) {
  const field = useRef<HTMLTextAreaElement>(null);
  const [shown, setShown] = useState(false);
  const [verbatim, setVerbatim] = useState(false);
  useImperativeHandle(handle, () => ({ read: () => valueOf(field.current?.value ?? "", verbatim) }), [verbatim]);
  return (
    <div>
      <Textarea
        ref={field}
        label={label}
        description="1 to 65,536 bytes of text. Nothing ever shows it again"
        required
        // It grows by hand alone: to measure what is in it, a copy would be made.
        rows={3}
        resize="vertical"
        autoComplete="off"
        autoCorrect="off"
        autoCapitalize="off"
        spellCheck={false}
        data-autofocus={autoFocus || undefined}
        classNames={{ input: shown ? "mono" : "mono concealed" }}
        error={error}
      />
      <div className={classes.under}>
        <Checkbox label="Show what I write" checked={shown} onChange={(event) => setShown(event.currentTarget.checked)} />
        <Checkbox label="Line ends at its end belong to it" checked={verbatim} onChange={(event) => setVerbatim(event.currentTarget.checked)} />
      </div>
    </div>
  );
}

/** What is written, as the command line takes it: without the line ends at its end, unless they belong to it. */
export function valueOf(written: string, verbatim: boolean): string {
  return verbatim ? written : written.replace(/[\r\n]+$/, "");
}
