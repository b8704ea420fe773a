// What a form knows of an object: its fields by section. What it does not know stays in the object as it is.
import { isWithin } from "./object-path";

interface Named {
  path: string;
  label: string;
  description?: string;
}

/** Kinds whose objects others name. */
export type Referred = "upstream_groups" | "middlewares" | "trust_stores";

export type Field = Named &
  (
    | { kind: "text" | "area"; placeholder?: string; required?: boolean; mono?: boolean }
    | { kind: "number"; placeholder?: string; unit?: string; required?: boolean }
    /** `usual` is not written. */
    | { kind: "switch"; usual: boolean }
    | { kind: "choice"; options: readonly { value: string | number; label: string }[]; usual?: string; required?: boolean }
    | { kind: "choices"; options: readonly string[]; placeholder?: string; required?: boolean }
    /** One of each line. */
    | { kind: "lines"; placeholder?: string; required?: boolean }
    /** Separated by commas. */
    | { kind: "numbers"; placeholder?: string }
    /** `Name: value` in each line; with `any` also a name alone, which is null. */
    | { kind: "pairs"; placeholder?: string; any?: boolean }
    | { kind: "reference"; to: Referred; required?: boolean }
    | { kind: "rows"; noun: string; columns: readonly Field[]; initial: object; ordered?: boolean; required?: boolean }
  );

export interface Section {
  title: string;
  note?: string;
  fields: readonly Field[];
  /** The part of the object that this is about, when it may be absent, and what it begins with. */
  optional?: { path: string; initial: object };
  /** Exactly one of these, beside the fields. */
  ways?: readonly Way[];
}

/** One of several ways to say where something goes. */
export interface Way {
  label: string;
  /** The fields of the object that say so; none of them is there when another way is. The first one tells which way it is. */
  keys: readonly string[];
  initial: Record<string, unknown>;
  fields: readonly Field[];
}

/** What is wrong at a place in the object. */
export interface Fault {
  path: string;
  message: string;
  help?: string | null;
}

/** What is wrong at a field; of rows what is wrong with the list as a whole, or with a row that no column is about. */
export function faultsAt(faults: readonly Fault[], field: Field): Fault[] {
  const within = faults.filter(({ path }) => isWithin(path, field.path));
  if (field.kind !== "rows") return within;
  const inRow = (path: string): string => /^\[\d+\]\.(.*)/s.exec(path.slice(field.path.length))?.[1] ?? "";
  return within.filter(({ path }) => !field.columns.some((column) => isWithin(inRow(path), column.path)));
}

/** The fields that a section shows for an object. */
export function fieldsOf(section: Section, way: Way | undefined): readonly Field[] {
  return way === undefined ? section.fields : [...section.fields, ...way.fields];
}

/** What is wrong where no field is. */
export function elsewhere(faults: readonly Fault[], shown: readonly Field[]): Fault[] {
  return faults.filter(({ path }) => !shown.some((field) => isWithin(path, field.path)));
}
