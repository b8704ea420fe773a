// Between what `<input type="datetime-local">` holds and the moment that it means.

/** The moment of a local date and time; null for an empty field and for what is none. */
export function fromLocal(text: string): string | null {
  const at = text === "" ? Number.NaN : new Date(text).getTime();
  return Number.isNaN(at) ? null : new Date(at).toISOString();
}
