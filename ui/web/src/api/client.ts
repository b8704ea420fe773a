// The one place that talks to the network (beside the event stream). Paths, parameters, bodies and answers are typed by the
// API's own description.
import { noteAnswer, noteStale } from "./connection";
import { ApiError, errorFrom } from "./error";
import type { paths } from "./schema";

type Method = "get" | "post" | "put" | "patch" | "delete";
type PathFor<M extends Method> = { [P in keyof paths]: paths[P] extends Record<M, object> ? P : never }[keyof paths];
type Operation<M extends Method, P extends keyof paths> = paths[P] extends Record<M, infer O> ? O : never;
type Part<K extends string, T> = [T] extends [never] ? unknown : undefined extends T ? { [N in K]?: T } : { [N in K]: T };
type PathOf<O> = O extends { parameters: { path: infer T extends object } } ? T : never;
type QueryOf<O> = O extends { parameters: { query?: infer T } } ? Exclude<T, undefined> : never;
type Declared<O> = O extends { requestBody?: infer B } ? Exclude<B, undefined> : never;
type BodyOf<O> = [Declared<O>] extends [never]
  ? never
  : Declared<O> extends { content: { "application/json": infer T } }
    ? T
    : never;
type AnswerOf<O> = O extends { responses: infer R }
  ? R extends { 200: { content: { "application/json": infer T } } }
    ? T
    : R extends { 201: { content: { "application/json": infer T } } }
      ? T
      : undefined
  : never;
type Options<O> = Part<"path", PathOf<O>> & { query?: QueryOf<O> } & Part<"body", BodyOf<O>> & { signal?: AbortSignal };

/** Calls an operation. Throws [`ApiError`] for everything that is not a success. */
export async function call<M extends Method, P extends PathFor<M>>(
  method: M,
  path: P,
  options: Options<Operation<M, P>>,
): Promise<AnswerOf<Operation<M, P>>> {
  const { path: params, query, body, signal } = options as Loose;
  const url = address(path, params ?? {}, query ?? {});
  const answer = method === "get" ? await read(url, signal) : await write(method, url, body, signal);
  return answer as AnswerOf<Operation<M, P>>;
}

interface Loose {
  path?: Record<string, string>;
  query?: Record<string, unknown>;
  body?: unknown;
  signal?: AbortSignal;
}

/** A path with its parameters filled in. Objects in the query become `name[key]=value`; what is absent or empty is left out. */
export function address(path: string, params: Record<string, string>, query: Record<string, unknown>): string {
  const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(params[name] ?? ""));
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value === undefined || value === null || value === "") continue;
    if (typeof value !== "object") {
      search.append(name, String(value));
      continue;
    }
    for (const [key, part] of Object.entries(value)) search.append(`${name}[${key}]`, String(part));
  }
  return search.size > 0 ? `${filled}?${search}` : filled;
}

/** Reads are linearizable; without a majority the member's own data, with its age, is better than nothing. */
async function read(url: string, signal?: AbortSignal): Promise<unknown> {
  try {
    const answer = await send(url, { method: "GET", signal });
    noteStale(null);
    return answer.body;
  } catch (error) {
    const noMajority = error instanceof ApiError && (error.code === "no_leader" || error.code === "no_quorum");
    if (!noMajority) throw error;
    const answer = await send(`${url}${url.includes("?") ? "&" : "?"}consistency=stale`, { method: "GET", signal });
    noteStale(Number(answer.headers.get("x-age-ms") ?? 0));
    return answer.body;
  }
}

/** One write is one request id: sent again after an unknown outcome, it is recognised and not made twice. */
async function write(method: Method, url: string, body: unknown, signal?: AbortSignal): Promise<unknown> {
  const headers: Record<string, string> = { "idempotency-key": requestId() };
  if (body !== undefined) headers["content-type"] = "application/json";
  const init: RequestInit = {
    method: method.toUpperCase(),
    headers,
    body: body === undefined ? undefined : JSON.stringify(body),
    signal,
  };
  try {
    return (await send(url, init)).body;
  } catch (error) {
    const unknown = error instanceof ApiError && (error.code === "network" || error.code === "outcome_unknown");
    if (!unknown || signal?.aborted) throw error;
    return (await send(url, init)).body;
  }
}

async function send(url: string, init: RequestInit): Promise<{ body: unknown; headers: Headers }> {
  let response: Response;
  try {
    response = await fetch(url, { ...init, credentials: "same-origin", redirect: "error" });
  } catch (error) {
    if (init.signal?.aborted) throw error;
    throw new ApiError(0, "network", "No answer from the server");
  }
  noteAnswer(response);
  const text = await response.text();
  const json = response.headers.get("content-type")?.includes("json") === true;
  const body: unknown = json && text !== "" ? JSON.parse(text) : undefined;
  if (response.ok) return { body, headers: response.headers };
  const error = errorFrom(response.status, body);
  if (error.status === 401) onUnauthenticated();
  throw error;
}

let onUnauthenticated = () => {};

/** Who is told when a session has ended. */
export function whenUnauthenticated(told: () => void): void {
  onUnauthenticated = told;
}

/** A random UUID, also where the page is not served from a secure context. */
export function requestId(): string {
  if (typeof crypto.randomUUID === "function") return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}
