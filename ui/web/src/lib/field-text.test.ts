import { describe, expect, it } from "vitest";

import { fieldText, fits, readField, type Written } from "./field-text";
import type { Field } from "./object-fields";

const at = { path: "it", label: "It" };
const field = (kind: "text" | "area" | "number" | "lines" | "numbers" | "pairs"): Field => ({ ...at, kind });

/** Those of some values that a field shows. */
const shownOf = (one: Field, values: readonly unknown[]): unknown[] => values.filter((value) => fits(one, value));

describe("a field", () => {
  it("shows what it would write the same", () => {
    expect(fits(field("pairs"), { "X-Token": "a: b", Empty: "" })).toBe(true);
    expect(fits({ ...at, kind: "pairs", any: true }, { "X-Debug": null })).toBe(true);
    expect(fits(field("lines"), ["a.example.com", "b c"])).toBe(true);
    expect(fits(field("numbers"), [502, 503])).toBe(true);
    expect(fits(field("number"), 0)).toBe(true);
    expect(fits(field("area"), "one\ntwo")).toBe(true);
    expect(fits(field("lines"), [])).toBe(true);
    expect(fits(field("pairs"), {})).toBe(true);
    expect(fits(field("pairs"), null)).toBe(true);
  });

  it("does not show pairs that it would write as others", () => {
    expect(shownOf(field("pairs"), [{ "a:b": "c" }, { a: "b\nc: d" }, { a: "b\rc" }, { a: " b" }, { " a": "b" }, { "": "b" }, { a: null }, { a: 1 }])).toEqual([]);
    expect(fits({ ...at, kind: "pairs", any: true }, { "": null })).toBe(false);
  });

  it("does not show lists and texts that it would write as others", () => {
    expect(shownOf(field("lines"), [[""], ["a", ""], [" a"], ["a "], ["a\nb"], ["a\rb"], "a", [1]])).toEqual([]);
    expect(shownOf(field("numbers"), [[1.5], [-1], [1e21], ["1"]])).toEqual([]);
    expect(shownOf(field("number"), [1.5, -1, 1e21, "1"])).toEqual([]);
    expect(fits(field("text"), "one\ntwo")).toBe(false);
    expect(fits(field("text"), "one\rtwo")).toBe(false);
    expect(fits(field("area"), "one\r\ntwo")).toBe(false);
    expect(fits({ ...at, kind: "choices", options: ["GET"] }, ["GET", "GET"])).toBe(false);
    expect(fits({ ...at, kind: "rows", noun: "row", columns: [], initial: {} }, [[]])).toBe(false);
  });

  it("shows whatever was read of what people write into it", () => {
    const written: [Written["kind"], string][] = [["lines", " a \n\n b  c "], ["numbers", "1 ,, 007"], ["number", " 007 "], ["pairs", " a : b : c \nd:\n e:f "]];
    for (const [kind, text] of written) {
      const one = field(kind) as Written;
      const read = readField(one, text);
      const value = "value" in read ? read.value : undefined;
      expect(shownOf(one, [value])).toEqual([value]);
      expect(readField(one, fieldText(one, value))).toEqual(read);
    }
  });
});
