import type { Section } from "../../lib/object-fields";
import { below, POLICIES } from "./policy-fields";

/** Something that happens on the way, for several services; what it is, its type says. */
export function middlewareSections(type: unknown): readonly Section[] {
  const policy = POLICIES.find(({ name }) => name === type);
  const head: Section = {
    title: "Middleware",
    note: policy?.note,
    fields: [
      { kind: "text", path: "name", label: "Name", placeholder: "Its slug" },
      { kind: "area", path: "description", label: "Description" },
      { kind: "switch", path: "enabled", label: "It happens at all", usual: true },
    ],
  };
  return policy === undefined ? [head] : [head, { title: policy.title, fields: policy.fields.map((field) => below("config", field)) }];
}
