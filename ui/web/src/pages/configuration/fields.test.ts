import { expect, it } from "vitest";

import { readNumber } from "../../lib/line-lists";
import type { Field, Section } from "../../lib/object-fields";
import { LISTENER } from "./listener-fields";
import { middlewareSections } from "./middleware-fields";
import { POLICIES } from "./policy-fields";
import { SERVICE } from "./service-fields";
import { UPSTREAM_GROUP } from "./upstream-group-fields";

const SECTIONS: readonly Section[] = [...SERVICE, ...UPSTREAM_GROUP, ...LISTENER, ...POLICIES.flatMap(({ name }) => middlewareSections(name))];

const all = (fields: readonly Field[]): Field[] => fields.flatMap((field) => [field, ...(field.kind === "rows" ? all(field.columns) : [])]);

const FIELDS = SECTIONS.flatMap(({ fields, ways = [] }) => all([...fields, ...ways.flatMap(({ fields }) => fields)]));

it("a number that a field gives as an example can be written so", () => {
  const examples = FIELDS.flatMap((field) => (field.kind === "number" && /\d/.test(field.placeholder ?? "") ? [field.placeholder ?? ""] : []));
  expect(examples).toContain("2000");
  expect(examples.filter((example) => "error" in readNumber(example))).toEqual([]);
});

it("a description may have several lines", () => {
  const descriptions = FIELDS.filter(({ path }) => path === "description");
  expect(descriptions.length).toBeGreaterThan(0);
  for (const { kind } of descriptions) expect(kind).toBe("area");
});
