// KDL 2 and JSON for highlighting, token by token: what one has and the other has not is no text of the other. The editor drives it over its own stream, and the diff over plain lines, so both
// colour alike. It does not judge: the server's validator does.

/** What the tokenizer needs of a stream of characters in one line. */
export interface CharStream {
  eol(): boolean;
  sol(): boolean;
  peek(): string | undefined | null;
  next(): string | undefined | void;
  match(pattern: RegExp, consume?: boolean): unknown;
}

export type Token = "comment" | "string" | "variable" | "number" | "keyword" | "type" | "node" | "property" | "brace" | null;

export interface KdlState {
  /** Depth of nested block comments. */
  comment: number;
  /** The end of a string that goes on in the next line; null: none does. */
  string: { end: string; escapes: boolean } | null;
  /** The next bare word begins a node. */
  head: boolean;
  /** The line before ended with a backslash. */
  continues: boolean;
}

export function startState(): KdlState {
  return { comment: 0, string: null, head: true, continues: false };
}

const VARIABLE = /^\$\{[^}"]*\}/;
const WORD = /^[^\s{}()[\]\\/"#;=]+/;
const NUMBER = /^[+-]?(0x[0-9a-fA-F_]+|0o[0-7_]+|0b[01_]+|\d[\d_]*(\.[\d_]+)?([eE][+-]?\d[\d_]*)?)(?=[\s{}();,\]]|$)/;
const KEYWORD = /^#(true|false|null|inf|-inf|nan)\b/;
const JSON_NAME = /^"(?:[^"\\]|\\.)*"(?=\s*:)/;
const JSON_KEYWORD = /^(true|false|null)(?=[\s,}\]]|$)/;

export function token(stream: CharStream, state: KdlState): Token {
  if (state.comment > 0) return blockComment(stream, state);
  if (state.string !== null) return insideString(stream, state, state.string, false);
  if (stream.sol() && !continued(state)) state.head = true;
  if (stream.match(/^\s+/)) return null;
  if (stream.match(/^\/\/.*/)) return "comment";
  if (stream.match(/^\/\*/)) {
    state.comment = 1;
    return blockComment(stream, state);
  }
  if (stream.match(/^\/-/)) return "comment";
  if (stream.match(/^[,:]/)) return null;
  if (stream.match(/^[[\]]/)) return "brace";
  if (stream.match(JSON_NAME)) return word(state, "property");
  if (stream.match(JSON_KEYWORD)) return word(state, "keyword");
  if (stream.match(/^[{;}]/)) {
    state.head = true;
    return "brace";
  }
  if (stream.match(/^\\\s*(\/\/.*)?$/)) {
    state.continues = true;
    return "brace";
  }
  if (stream.match(/^\([^)]*\)/)) return "type";
  const raw = stream.match(/^(#+)("""|")/) as RegExpMatchArray | null;
  if (raw !== null && typeof raw === "object") {
    state.string = { end: `${raw[2]}${raw[1]}`, escapes: false };
    return insideString(stream, state, state.string, true);
  }
  if (stream.match(KEYWORD)) return word(state, "keyword");
  const quoted = stream.match(/^("""|")/) as RegExpMatchArray | null;
  if (quoted !== null && typeof quoted === "object") {
    state.string = { end: quoted[1] ?? '"', escapes: true };
    return insideString(stream, state, state.string, true);
  }
  if (stream.match(NUMBER)) return word(state, "number");
  if (stream.match(WORD)) {
    if (state.head) return word(state, "node");
    return stream.peek() === "=" ? "property" : "string";
  }
  stream.next();
  return null;
}

function continued(state: KdlState): boolean {
  const was = state.continues;
  state.continues = false;
  return was;
}

/** Whatever it is, the node's name is behind us. */
function word(state: KdlState, token: Token): Token {
  state.head = false;
  return token;
}

function blockComment(stream: CharStream, state: KdlState): Token {
  while (!stream.eol() && state.comment > 0) {
    if (stream.match(/^\/\*/)) state.comment += 1;
    else if (stream.match(/^\*\//)) state.comment -= 1;
    else stream.next();
  }
  return "comment";
}

function insideString(stream: CharStream, state: KdlState, string: { end: string; escapes: boolean }, opened: boolean): Token {
  const end = new RegExp(`^${string.end}`);
  if (!opened && stream.match(VARIABLE)) return "variable";
  while (!stream.eol()) {
    // A variable is a token of its own, and so is what stands before it.
    if (stream.match(VARIABLE, false)) return "string";
    if (string.escapes && stream.match(/^\\./)) continue;
    if (stream.match(end)) {
      state.string = null;
      state.head = false;
      return "string";
    }
    stream.next();
  }
  // A quoted string ends with its line; only a triple-quoted or raw one goes on.
  if (!string.end.startsWith('"""') && string.escapes) state.string = null;
  return "string";
}

/** A stream over one plain line. */
class LineStream implements CharStream {
  pos = 0;
  readonly #line: string;

  constructor(line: string) {
    this.#line = line;
  }

  eol(): boolean {
    return this.pos >= this.#line.length;
  }

  sol(): boolean {
    return this.pos === 0;
  }

  peek(): string | undefined {
    return this.#line[this.pos];
  }

  next(): string | undefined {
    const char = this.#line[this.pos];
    this.pos += 1;
    return char;
  }

  match(pattern: RegExp, consume = true): RegExpMatchArray | null {
    const found = this.#line.slice(this.pos).match(pattern);
    if (found?.index !== 0) return null;
    if (consume) this.pos += found[0].length;
    return found;
  }
}

export interface Span {
  text: string;
  token: Token;
}

/** One line in coloured parts; `state` carries over to the next line. */
export function spans(line: string, state: KdlState = startState()): Span[] {
  const stream = new LineStream(line);
  const parts: Span[] = [];
  while (!stream.eol()) {
    const from = stream.pos;
    const kind = token(stream, state);
    // A tokenizer that does not move would not end.
    if (stream.pos === from) stream.next();
    const text = line.slice(from, stream.pos);
    const last = parts.at(-1);
    if (last !== undefined && last.token === kind) last.text += text;
    else parts.push({ text, token: kind });
  }
  return parts;
}
