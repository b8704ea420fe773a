// A part of a configuration, put into the text of a whole one.
import type { ConfigDocument } from "../api/types";
import { textOf } from "./config-object";
import { PLURALS } from "./config-place";

type Objects = Record<string, Record<string, unknown>>;

/** What a document has of a kind, by slug. */
const objects = (document: ConfigDocument, plural: string): Record<string, unknown> => ((document as unknown as Objects)[plural] ?? {}) as Record<string, unknown>;

/** Kinds whose objects stand under their slugs. */
const NAMED = Object.values(PLURALS).filter((plural) => plural !== PLURALS.settings);

/** The first of the part's objects whose name the document has already, such as `services.shop`. */
export function clash(document: ConfigDocument, part: ConfigDocument): string | undefined {
  for (const plural of NAMED) {
    const known = objects(document, plural);
    const slug = Object.keys(objects(part, plural)).find((slug) => Object.hasOwn(known, slug));
    if (slug !== undefined) return `${plural}.${slug}`;
  }
  return undefined;
}

/** A slug that neither a service nor an upstream group of the document has. */
export function freeSlug(document: ConfigDocument, wanted: string): string {
  const taken = (slug: string): boolean => Object.hasOwn(objects(document, "services"), slug) || Object.hasOwn(objects(document, "upstream_groups"), slug);
  let slug = wanted;
  for (let number = 2; taken(slug); number++) slug = `${wanted}-${number}`;
  return slug;
}

/** The document with the part's objects behind its own, as the text of it. */
export function withPart(document: ConfigDocument, part: ConfigDocument): string {
  const whole: Record<string, unknown> = { ...document };
  for (const plural of NAMED) {
    const more = objects(part, plural);
    if (Object.keys(more).length > 0) whole[plural] = { ...objects(document, plural), ...more };
  }
  return textOf(whole as unknown as ConfigDocument);
}
