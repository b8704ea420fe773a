// Single objects of a configuration document.
import type { ConfigDocument, ConfigKind } from "../api/types";
import { configPath, PLURALS } from "./config-place";
import type { Referred } from "./object-fields";
import { isWithin } from "./object-path";

/** Kinds that have a form. */
export type FormKind = "service" | "upstream_group" | "listener" | "middleware";

export const FORM_KINDS: readonly FormKind[] = ["service", "upstream_group", "listener", "middleware"];

/** What an object is known by; its slug may be anything that a text can hold. */
export interface ObjectName {
  kind: FormKind;
  slug: string;
}

export interface ConfigObject extends ObjectName {
  /** Its place, such as `services.shop`. */
  path: string;
  value: object;
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null && !Array.isArray(value);

/** What a document has of a kind, by slug. */
function ofKind(document: ConfigDocument, kind: ConfigKind): Record<string, unknown> {
  const objects = (document as unknown as Record<string, unknown>)[PLURALS[kind]];
  return isObject(objects) ? objects : {};
}

/** The objects of a document that have a form, by kind and in their order. */
export function objectsOf(document: ConfigDocument): ConfigObject[] {
  return FORM_KINDS.flatMap((kind) => Object.entries(ofKind(document, kind)).flatMap(([slug, value]) => (isObject(value) ? [{ kind, slug, path: configPath(kind, slug), value }] : [])));
}

/** The object that a path names, or names something in; undefined: none that has a form. */
export function objectAt(objects: readonly ConfigObject[], path: string): ConfigObject | undefined {
  // The place of `a.b` reads as one in `a`: the nearest name counts.
  return objects.filter((object) => isWithin(path, object.path)).toSorted((a, b) => b.path.length - a.path.length)[0];
}

/** The document with an object in place of what had its name; undefined takes it away, and its kind with the last one. Everything else is as it was. */
export function withObject(document: ConfigDocument, { kind, slug }: ObjectName, value: object | undefined): ConfigDocument {
  const { [slug]: _, ...others } = ofKind(document, kind);
  const objects = value === undefined ? others : { ...ofKind(document, kind), [slug]: value };
  const { [PLURALS[kind]]: __, ...rest } = document as unknown as Record<string, unknown>;
  return (Object.keys(objects).length === 0 ? rest : { ...document, [PLURALS[kind]]: objects }) as unknown as ConfigDocument;
}

/** The document that a text is; null: it is none. */
export function documentOf(text: string): ConfigDocument | null {
  try {
    const read: unknown = JSON.parse(text);
    return isObject(read) ? (read as unknown as ConfigDocument) : null;
  } catch {
    return null;
  }
}

/** The document as its text. */
export const textOf = (document: ConfigDocument): string => `${JSON.stringify(document, null, 2)}\n`;

/** The slugs that objects may name. */
export function referencesOf(document: ConfigDocument): Record<Referred, string[]> {
  const slugs = (plural: Referred): string[] => Object.keys((document as unknown as Record<string, object | undefined>)[plural] ?? {}).toSorted();
  return { upstream_groups: slugs("upstream_groups"), middlewares: slugs("middlewares"), trust_stores: slugs("trust_stores") };
}

/** Most characters of a slug. */
const SLUG_MAX = 50;

/** Why a slug cannot be one, or is taken; null: it can. */
export function slugRefusal(document: ConfigDocument, kind: ConfigKind, slug: string): string | null {
  if (!/^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/.test(slug)) return "Lowercase letters, digits and - between them";
  if (slug.length > SLUG_MAX) return `At most ${SLUG_MAX} characters`;
  return Object.hasOwn(ofKind(document, kind), slug) ? "There is one of that name already" : null;
}
