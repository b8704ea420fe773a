// Values in nested objects, by paths such as `targets[0].host`. Nothing is changed in place, and nothing is touched that a path does not name.

type Segment = string | number;
type Container = Record<string, unknown> | unknown[];

function segments(path: string): Segment[] {
  return [...path.matchAll(/([^.[\]]+)|\[(\d+)\]/g)].map(([, name, index]) => name ?? Number(index));
}

const isContainer = (value: unknown): value is Container => typeof value === "object" && value !== null;

const below = (value: unknown, segment: Segment): unknown => (isContainer(value) && Object.hasOwn(value, segment) ? (value as Record<Segment, unknown>)[segment] : undefined);

/** What stands at a path; undefined: nothing. */
export function valueAt(object: unknown, path: string): unknown {
  return segments(path).reduce(below, object);
}

/**
 * The object with a value at a path, with what is missing on the way there. Undefined takes away what stands there, and what is empty around it
 * then; a `kept` path stays, empty as it is.
 */
export function withValue<T>(object: T, path: string, value: unknown, kept = ""): T {
  return put(object, segments(path), value, segments(kept).length) as T;
}

function put(object: unknown, [first, ...rest]: Segment[], value: unknown, kept: number): unknown {
  if (first === undefined) return value;
  const inner = put(below(object, first), rest, value, kept - 1);
  if (typeof first === "number") {
    const items = Array.isArray(object) ? [...(object as unknown[])] : [];
    items[first] = inner ?? {};
    return items;
  }
  const fields: Record<string, unknown> = { ...(isContainer(object) ? (object as Record<string, unknown>) : {}) };
  const empty = rest.length > 0 && value === undefined && kept <= 0 && isContainer(inner) && Object.keys(inner).length === 0;
  if (inner === undefined || empty) delete fields[first];
  else fields[first] = inner;
  return fields;
}

/** True when a path names what another one does, or something in it. */
export function isWithin(path: string, whole: string): boolean {
  return path === whole || path.startsWith(`${whole}.`) || path.startsWith(`${whole}[`);
}
