// The search part of an address.

/** What is known of a search part: nothing stands in it that is not there. */
export const known = <T extends object>(search: T): Partial<T> => Object.fromEntries(Object.entries(search).filter(([, value]) => value !== undefined)) as Partial<T>;

/** A search part with a change; undefined takes a part of it away. */
export const withChange = <T extends object>(now: T, change: Partial<T>): Partial<T> => known({ ...now, ...change });
