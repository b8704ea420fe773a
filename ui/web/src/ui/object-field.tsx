import { MultiSelect, Select, Switch, Textarea, TextInput } from "@mantine/core";
import { useMemo } from "react";

import { fieldText, fits, readField } from "../lib/field-text";
import { type Fault, faultsAt, type Field, type Referred } from "../lib/object-fields";
import { isWithin, valueAt } from "../lib/object-path";
import { LargeSelect } from "./large-select";
import classes from "./object-form.module.css";
import { ObjectRows } from "./object-rows";
import { useDraft } from "./use-draft";

export interface FieldProps<F extends Field = Field> {
  field: F;
  /** The object that the field is in. */
  object: unknown;
  /** What stands before a path in it to have that in the object of the form, such as `targets[0].`. */
  prefix?: string;
  /** Of the object, by paths in it. */
  faults: readonly Fault[];
  references: Readonly<Record<Referred, readonly string[]>>;
  /** Undefined takes the value away. */
  onChange: (path: string, value: unknown) => void;
  /** In a cell, whose column has the label above it. */
  inCell?: string;
}

type Of<K extends Field["kind"]> = FieldProps<Extract<Field, { kind: K }>>;

/** One field of an object, with what is wrong at it. */
export function ObjectField(props: FieldProps) {
  const { field, object, prefix = "" } = props;
  const value = valueAt(object, field.path);
  return (
    <div data-field={`${prefix}${field.path}`} className={isWide(field) ? classes.wide : undefined}>
      {fits(field, value) ? <Control {...props} /> : <Foreign {...props} />}
    </div>
  );
}

const isWide = ({ kind }: Field): boolean => kind === "rows" || kind === "area";

/** Something that is written as no field of this kind writes it stays as it is. */
function Foreign({ field, faults, inCell }: FieldProps) {
  const found = faults.filter(({ path }) => isWithin(path, field.path));
  return (
    <div>
      {inCell === undefined && <div className={classes.label}>{field.label}</div>}
      <div className="dim">The text says this in a way that the form does not know; it stays as it is.</div>
      {found.length > 0 && (
        <div className={classes.rowFaults} role="alert">
          <Faults faults={found} />
        </div>
      )}
    </div>
  );
}

function Control(props: FieldProps) {
  switch (props.field.kind) {
    case "text":
    case "area":
      return <Text {...(props as Of<"text" | "area">)} />;
    case "number":
      return <Whole {...(props as Of<"number">)} />;
    case "switch":
      return <Toggle {...(props as Of<"switch">)} />;
    case "choice":
      return <Choice {...(props as Of<"choice">)} />;
    case "choices":
      return <Choices {...(props as Of<"choices">)} />;
    case "reference":
      return <Reference {...(props as Of<"reference">)} />;
    case "lines":
    case "numbers":
    case "pairs":
      return <Several {...(props as Of<"lines" | "numbers" | "pairs">)} />;
    case "rows":
      return <ObjectRows {...(props as Of<"rows">)} />;
  }
}

/** Label and errors, as every control takes them. */
function common({ field, faults, inCell }: FieldProps) {
  const found = faultsAt(faults, field);
  const named = inCell === undefined ? { label: field.label, description: field.description } : { "aria-label": `${field.label} of ${inCell}` };
  return { ...named, error: found.length === 0 ? undefined : <Faults faults={found} /> };
}

/** What is wrong, and what to do instead. */
export function Faults({ faults }: { faults: readonly Fault[] }) {
  return faults.map(({ path, message, help }) => (
    <span key={`${path} ${message}`} className={classes.fault}>
      {message}
      {help && <span className={classes.help}>{help}</span>}
    </span>
  ));
}

const asRequired = (props: { required?: boolean }, inCell: string | undefined) => ({ required: props.required === true && inCell === undefined, "aria-required": props.required });

function Text(props: Of<"text" | "area">) {
  const { field, object, onChange, inCell } = props;
  const given = {
    ...common(props),
    ...asRequired(field, inCell),
    placeholder: field.placeholder,
    value: (valueAt(object, field.path) as string | null | undefined) ?? "",
    onChange: ({ currentTarget: { value } }: React.ChangeEvent<HTMLInputElement | HTMLTextAreaElement>) => onChange(field.path, value === "" && field.required !== true ? undefined : value),
    spellCheck: false,
  };
  if (field.kind === "area") return <Textarea {...given} autosize minRows={field.mono ? 2 : 1} maxRows={12} classNames={field.mono ? { input: "mono" } : undefined} />;
  return <TextInput {...given} classNames={field.mono ? { input: "mono" } : undefined} />;
}

function Whole(props: Of<"number">) {
  const { field, object, onChange, inCell } = props;
  const draft = useDraft<unknown>(
    valueAt(object, field.path) ?? undefined,
    (value) => fieldText(field, value),
    (text) => readField(field, text),
    (value) => onChange(field.path, value),
  );
  const { error, ...named } = common(props);
  return (
    <TextInput
      {...named}
      {...asRequired(field, inCell)}
      inputMode="numeric"
      placeholder={field.placeholder}
      value={draft.text}
      onChange={(event) => draft.write(event.currentTarget.value)}
      error={draft.error ?? error}
      rightSection={field.unit === undefined ? undefined : <span className="dim">{field.unit}</span>}
      rightSectionWidth={field.unit === "bytes" ? 48 : 34}
      rightSectionPointerEvents="none"
    />
  );
}

function Toggle(props: Of<"switch">) {
  const { field, object, onChange, inCell } = props;
  const checked = (valueAt(object, field.path) as boolean | null | undefined) ?? field.usual;
  return <Switch {...common(props)} className={inCell === undefined ? classes.toggle : undefined} checked={checked} onChange={({ currentTarget: { checked } }) => onChange(field.path, checked === field.usual ? undefined : checked)} />;
}

function Choice(props: Of<"choice">) {
  const { field, object, onChange, inCell } = props;
  const value = valueAt(object, field.path) as string | number | null | undefined;
  const chosen = (words: string | null): string | number | undefined => field.options.find((option) => String(option.value) === words)?.value;
  return (
    <Select
      {...common(props)}
      {...asRequired(field, inCell)}
      data={field.options.map(({ value, label }) => ({ value: String(value), label }))}
      value={value === undefined || value === null ? null : String(value)}
      placeholder={field.usual}
      clearable={field.required !== true}
      onChange={(words) => onChange(field.path, chosen(words))}
    />
  );
}

function Choices(props: Of<"choices">) {
  const { field, object, onChange } = props;
  const value = (valueAt(object, field.path) as string[] | null | undefined) ?? [];
  return (
    <MultiSelect
      {...common(props)}
      {...asRequired(field, undefined)}
      data={[...new Set([...field.options, ...value])]}
      value={value}
      placeholder={value.length === 0 ? field.placeholder : undefined}
      onChange={(chosen) => onChange(field.path, chosen.length === 0 ? undefined : chosen)}
    />
  );
}

function Reference(props: Of<"reference">) {
  const { field, object, references, onChange, inCell } = props;
  const value = (valueAt(object, field.path) as string | null | undefined) ?? "";
  const known = references[field.to];
  const options = useMemo(() => (value === "" || known.includes(value) ? known : [...known, value]).map((slug) => ({ value: slug, label: slug })), [known, value]);
  return (
    <LargeSelect
      {...common(props)}
      {...asRequired(field, inCell)}
      options={options}
      value={value === "" ? null : value}
      placeholder={known.length === 0 ? "There is none yet" : "Choose one"}
      clearable={field.required !== true}
      onChange={(chosen) => onChange(field.path, chosen ?? (field.required === true ? "" : undefined))}
    />
  );
}

/** A list or pairs, a line for each. */
function Several(props: Of<"lines" | "numbers" | "pairs">) {
  const { field, object, onChange } = props;
  const draft = useDraft<unknown>(
    valueAt(object, field.path) ?? undefined,
    (value) => fieldText(field, value),
    (text) => readField(field, text),
    (value) => onChange(field.path, value),
  );
  const { error, ...named } = common(props);
  const given = {
    ...named,
    ...asRequired(field.kind === "lines" ? field : {}, undefined),
    placeholder: field.placeholder,
    value: draft.text,
    onChange: ({ currentTarget: { value } }: React.ChangeEvent<HTMLInputElement | HTMLTextAreaElement>) => draft.write(value),
    error: draft.error ?? error,
    spellCheck: false,
    classNames: { input: "mono" },
  };
  return field.kind === "numbers" ? <TextInput {...given} inputMode="numeric" /> : <Textarea {...given} autosize minRows={1} maxRows={12} />;
}
