// Single objects of a configuration document.
import type { ConfigDocument, ConfigKind } from "../api/types";
import { configPath } from "./config-place";
import type { Referred } from "./object-fields";
import { isWithin, valueAt, withValue } from "./object-path";

/** Kinds that have a form. */
export type FormKind = "service" | "upstream_group" | "listener" | "middleware";

export const FORM_KINDS: readonly FormKind[] = ["service", "upstream_group", "listener", "middleware"];

export interface ConfigObject {
  kind: FormKind;
  slug: string;
  /** Its place, such as `services.shop`. */
  path: string;
  value: object;
}

/** The objects of a document that have a form, by kind and in their order. */
export function objectsOf(document: ConfigDocument): ConfigObject[] {
  return FORM_KINDS.flatMap((kind) => {
    // The name of a place without a slug is that of the kind.
    const objects = valueAt(document, configPath(kind, "").slice(0, -1));
    if (typeof objects !== "object" || objects === null || Array.isArray(objects)) return [];
    return Object.entries(objects as Record<string, unknown>).flatMap(([slug, value]) => (typeof value === "object" && value !== null && !Array.isArray(value) ? [{ kind, slug, path: configPath(kind, slug), value }] : []));
  });
}

/** The object that a path names, or names something in; undefined: none that has a form. */
export function objectAt(objects: readonly ConfigObject[], path: string): ConfigObject | undefined {
  return objects.find((object) => isWithin(path, object.path));
}

/** The document with an object in place of what had its place; undefined takes it away. Everything else is as it was. */
export function withObject(document: ConfigDocument, path: string, value: object | undefined): ConfigDocument {
  return withValue(document, path, value);
}

/** The document that a text is; null: it is none. */
export function documentOf(text: string): ConfigDocument | null {
  try {
    const read: unknown = JSON.parse(text);
    return typeof read === "object" && read !== null && !Array.isArray(read) ? (read as ConfigDocument) : null;
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

/** Why a slug cannot be one, or is taken; null: it can. */
export function slugRefusal(document: ConfigDocument, kind: ConfigKind, slug: string): string | null {
  if (!/^[a-z0-9]+(-[a-z0-9]+)*$/.test(slug) || slug.length > 100) return "Lowercase letters, digits and - between them";
  return valueAt(document, configPath(kind, slug)) === undefined ? null : "There is one of that name already";
}
