// Where in a JSON text something stands that a path names, such as `services.shop.hosts[2]`.

/** A place in a text, both counted from 1. */
export interface Place {
  line: number;
  column: number;
}

/** The places of all fields and items of a JSON text, by their paths. A text that is no JSON has those before the mistake. */
export function places(text: string): Map<string, Place> {
  const found = new Map<string, Place>();
  const stack: { path: string; item: number; key: string | null }[] = [];
  let line = 1;
  let start = 0;
  const here = (at: number): Place => ({ line, column: at - start + 1 });
  const below = (): string => {
    const top = stack.at(-1);
    if (top === undefined) return "";
    if (top.key !== null) return top.path === "" ? top.key : `${top.path}.${top.key}`;
    return top.item >= 0 ? `${top.path}[${top.item}]` : top.path;
  };
  for (let at = 0; at < text.length; at++) {
    const c = text[at];
    if (c === "\n") {
      line++;
      start = at + 1;
    } else if (c === '"') {
      const from = at;
      for (at++; at < text.length && text[at] !== '"'; at++) if (text[at] === "\\") at++;
      const top = stack.at(-1);
      const rest = /^\s*:/.exec(text.slice(at + 1, at + 64));
      if (top !== undefined && top.item < 0 && rest !== null) {
        top.key = text.slice(from + 1, at);
        found.set(below(), here(from));
      } else if (top !== undefined && top.item >= 0) {
        found.set(below(), here(from));
      }
    } else if (c === "{" || c === "[") {
      const path = below();
      const top = stack.at(-1);
      if (top !== undefined && top.item >= 0) found.set(path, here(at));
      stack.push({ path, item: c === "[" ? 0 : -1, key: null });
    } else if (c === "}" || c === "]") {
      stack.pop();
    } else if (c === ",") {
      const top = stack.at(-1);
      if (top !== undefined && top.item >= 0) top.item++;
    }
  }
  return found;
}

/** The place of a path, or of the nearest thing around it that has one. */
export function placeOf(known: Map<string, Place>, path: string): Place | undefined {
  for (let rest = path; rest !== ""; rest = rest.replace(/(\.[^.[\]]*|\[\d+\]|^[^.[\]]*)$/, "")) {
    const place = known.get(rest);
    if (place !== undefined) return place;
  }
  return undefined;
}
