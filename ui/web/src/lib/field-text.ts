// Values of fields as people write them into one, and whether a field can show a value at all.
import { pairLines, type Read, readLines, readNumber, readNumbers, readPairs } from "./line-lists";
import type { Field } from "./object-fields";

/** Fields whose value is not the text that is in them. */
export type Written = Extract<Field, { kind: "number" | "lines" | "numbers" | "pairs" }>;

/** What is in a field that has a value; what `readField` reads. */
export function fieldText(field: Written, value: unknown): string {
  switch (field.kind) {
    case "number":
      return String(value);
    case "lines":
      return (value as string[]).join("\n");
    case "numbers":
      return (value as number[]).join(", ");
    case "pairs":
      return pairLines(value as Record<string, string | null>);
  }
}

/** The value of what is in a field. */
export function readField(field: Written, text: string): Read<unknown> {
  switch (field.kind) {
    case "number":
      return readNumber(text);
    case "lines":
      return readLines(text);
    case "numbers":
      return readNumbers(text);
    case "pairs":
      return readPairs(text, field.any === true);
  }
}

const isObject = (value: unknown): value is object => typeof value === "object" && value !== null && !Array.isArray(value);

const isList = (value: unknown, of: (item: unknown) => boolean): value is unknown[] => Array.isArray(value) && value.every(of);

/** True when a field shows a value as it is: what is written beside it does not change it then. Null stands for nothing. */
export function fits(field: Field, value: unknown): boolean {
  if (value === undefined || value === null) return true;
  switch (field.kind) {
    case "text":
      // One line, as browsers make of whatever is put into it.
      return typeof value === "string" && !/[\r\n]/.test(value);
    case "area":
      return typeof value === "string" && !value.includes("\r");
    case "reference":
      return typeof value === "string";
    case "switch":
      return typeof value === "boolean";
    case "choice":
      return field.options.some((option) => option.value === value);
    case "choices":
      return isList(value, (item) => typeof item === "string") && new Set(value).size === value.length;
    case "number":
      return typeof value === "number" && comesBack(field, value);
    case "lines":
      return isList(value, (item) => typeof item === "string") && comesBack(field, value);
    case "numbers":
      return isList(value, (item) => typeof item === "number") && comesBack(field, value);
    case "pairs":
      return isObject(value) && Object.values(value).every((item) => typeof item === "string" || item === null) && comesBack(field, value);
    case "rows":
      return isList(value, isObject);
  }
}

/** True when what is read of a value's text is the value again. An empty list has no text, and that is nothing lost. */
function comesBack(field: Written, value: unknown): boolean {
  const text = fieldText(field, value);
  if (text === "") return Object.keys(value as object).length === 0;
  const found = readField(field, text);
  return !text.includes("\r") && "value" in found && JSON.stringify(found.value) === JSON.stringify(value);
}
