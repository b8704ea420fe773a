import { Button, FileButton, Textarea } from "@mantine/core";
import { useImperativeHandle, useRef, useState } from "react";

import { Icon } from "../../ui/icons";
import classes from "./pem-field.module.css";

/** Reads what was written; what is not read is nowhere but in the field. */
export interface PemHandle {
  read: () => string;
}

interface PemFieldProps {
  handle: React.Ref<PemHandle>;
  label: string;
  description: string;
  /** What is in it is not to be seen by whoever looks over a shoulder. */
  concealed?: boolean;
  required?: boolean;
  error?: React.ReactNode;
  autoFocus?: boolean;
}

/** More than any chain or key; what is larger is another file. */
const FILE_MAX = 1_048_576;

/** PEM that is pasted, or read from a file. The document alone has it: no state, no cache, nothing that outlives the form. */
export function PemField({ handle, label, description, concealed = false, required = false, error, autoFocus = false }: PemFieldProps) {
  const field = useRef<HTMLTextAreaElement>(null);
  const [refusal, setRefusal] = useState<string | null>(null);
  useImperativeHandle(handle, () => ({ read: () => field.current?.value ?? "" }), []);
  const take = async (file: File | null): Promise<void> => {
    if (file === null) return;
    setRefusal(file.size > FILE_MAX ? `${file.name} is larger than any PEM` : null);
    if (file.size > FILE_MAX) return;
    const text = await file.text();
    if (field.current !== null) field.current.value = text;
  };
  return (
    <div className={classes.field}>
      <Textarea
        ref={field}
        label={label}
        description={description}
        required={required}
        placeholder={`-----BEGIN ${concealed ? "PRIVATE KEY" : "CERTIFICATE"}-----`}
        // It grows by hand alone: to measure what is in it, a copy would be made.
        rows={4}
        resize="vertical"
        autoComplete="off"
        autoCorrect="off"
        autoCapitalize="off"
        spellCheck={false}
        data-autofocus={autoFocus || undefined}
        classNames={{ input: concealed ? "mono concealed" : "mono" }}
        error={refusal ?? error}
      />
      <FileButton accept=".pem,.crt,.cer,.key,.txt" onChange={(file) => void take(file)}>
        {(props) => (
          <Button {...props} className={classes.choose} size="compact-xs" variant="default" leftSection={<Icon name="download" size={12} />} aria-label={`Read a file for ${label.toLowerCase()}`}>
            From a file
          </Button>
        )}
      </FileButton>
    </div>
  );
}
