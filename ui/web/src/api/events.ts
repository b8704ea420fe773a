// One event stream per tab keeps what is on the screen true: every event names what it changed, and the queries that show it
// are read anew.
import type { QueryClient, QueryKey } from "@tanstack/react-query";
import { useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";

import { noteStream } from "./connection";
import { type Message, SseParser } from "./sse";
import type { Event } from "./types";

/** A member sends a comment every 15 s; three missed ones mean that nobody is there. */
const SILENCE_MS = 45_000;
const RETRY_MIN_MS = 500;
const RETRY_MAX_MS = 10_000;
/** Changes are gathered for a moment, and a busy fleet makes the screen refresh once in this time at most. */
const GATHER_MS = 150;
const PACE_MS = 1_000;
/** A list of which so many pages are on the screen is read anew at most once in a time that grows with them. */
const LONG_LIST_PAGES = 3;
const PAGE_PACE_MS = 3_000;

/** What the configuration of a project is made of. */
const CONFIGURATION = ["config", "config_settings", "service", "upstream_group", "listener", "middleware", "trust_store"];

/** True for queries that show something which `event` changed. */
export function touches(event: Event, project: string, key: QueryKey): boolean {
  const noun = event.kind.split(".", 1)[0];
  const [kind, scope, part, id] = key;
  switch (kind) {
    case "overview":
      return scope === project;
    case "audit":
      return true;
    case "nodes":
      return (noun === "node" || noun === "bundle" || noun === "drift" || noun === "node_group") && scope === project && (part !== "one" || id === event.resource_id || noun === "bundle" || noun === "node_group" || (noun === "drift" && id === event.data?.node_id));
    case "bundles":
      return noun === "bundle" && scope === project && (part !== "one" || id === event.resource_id);
    case "rollouts":
      if (scope !== project) return false;
      // A freeze that begins to hold it, and a group's name.
      if (noun === "node" || noun === "freeze_window" || noun === "node_group") return part === "one";
      return noun === "rollout" && (part !== "one" || id === event.resource_id);
    case "configuration":
      return CONFIGURATION.includes(noun ?? "") && scope === project;
    case "certificates":
      return noun === "certificate" && scope === project;
    case "secrets":
      // What of the configuration names it, and what its environment is called.
      if (CONFIGURATION.includes(noun ?? "") || noun === "environment") return scope === project;
      return noun === "secret" && scope === project && (part !== "one" || id === event.resource_id);
    case "environments":
      return ["environment", "project", "node", "rollout", "freeze_window", "bundle"].includes(noun ?? "") && scope === project;
    case "promotion-rules":
      return ["promotion_rule", "environment", "rollout", "bundle"].includes(noun ?? "") && scope === project;
    case "drift":
      // What a node proves changes whether it drifts; its heartbeats do not.
      return (noun === "drift" || noun === "project" || ["node.effective", "node.online", "node.offline", "node.assigned", "node.deleted", "node.runtime_config"].includes(event.kind)) && scope === project;
    case "rollout-templates":
      return noun === "rollout_template" && scope === project;
    case "calendar":
      return ["rollout", "freeze_window", "promotion_rule", "environment"].includes(noun ?? "") && scope === project;
    case "freeze-windows":
      return noun === "freeze_window" && scope === project;
    case "node-groups":
      return (noun === "node_group" || ["node.registered", "node.updated", "node.deleted"].includes(event.kind)) && scope === project;
    case "simulator":
      return (noun === "simulator" || noun === "node") && scope === project;
    case "projects":
      return noun === "project";
    case "enrolment-tokens":
      return (noun === "enrolment_token" || event.kind === "node.registered") && scope === project;
    case "api-keys":
      return noun === "api_key";
    case "members":
      return noun === "member" || noun === "user";
    case "session":
      return noun === "project" || noun === "org" || noun === "member";
    default:
      return false;
  }
}

/** Gathers events and invalidates what they touch, paced. */
export class Refresher {
  readonly #client: QueryClient;
  readonly #project: string;
  #gathered: Event[] = [];
  #everything = false;
  /** Long lists that something touched and that are read anew later. */
  readonly #owed = new Set<string>();
  #timer: ReturnType<typeof setTimeout> | null = null;
  #notBefore = 0;

  constructor(client: QueryClient, project: string) {
    this.#client = client;
    this.#project = project;
  }

  add(event: Event): void {
    this.#gathered.push(event);
    this.#schedule();
  }

  /** Events are missing: read everything on the screen anew. */
  all(): void {
    this.#everything = true;
    this.#schedule();
  }

  stop(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }

  #schedule(): void {
    if (this.#timer !== null) return;
    const wait = Math.max(GATHER_MS, this.#notBefore - Date.now());
    this.#timer = setTimeout(() => this.#flush(), wait);
  }

  #flush(): void {
    this.#timer = null;
    this.#notBefore = Date.now() + PACE_MS;
    const events = this.#gathered;
    this.#gathered = [];
    if (this.#everything) {
      this.#everything = false;
      void this.#client.invalidateQueries();
      return;
    }
    const due = new Set<string>();
    for (const query of this.#client.getQueryCache().getAll()) {
      const touched = this.#owed.has(query.queryHash) || events.some((event) => touches(event, this.#project, query.queryKey));
      if (!touched) continue;
      const pages = pagesOf(query.state.data);
      const rests = pages > LONG_LIST_PAGES && Date.now() - query.state.dataUpdatedAt < pages * PAGE_PACE_MS;
      if (rests) this.#owed.add(query.queryHash);
      else {
        this.#owed.delete(query.queryHash);
        due.add(query.queryHash);
      }
    }
    if (due.size > 0) void this.#client.invalidateQueries({ predicate: (query) => due.has(query.queryHash) });
    if (this.#owed.size > 0) this.#schedule();
  }
}

function pagesOf(data: unknown): number {
  const { pages } = (typeof data === "object" && data !== null ? data : {}) as { pages?: unknown };
  return Array.isArray(pages) ? pages.length : 1;
}

/** Watches a project until `signal` ends it; reconnects by itself and resumes where it was. */
export async function watch(project: string, refresher: Refresher, signal: AbortSignal): Promise<void> {
  let lastId: string | null = null;
  let failures = 0;
  let wasLost = false;
  const take = (message: Message): void => {
    if (message.id !== null) lastId = message.id;
    if (message.event === "compacted") refresher.all();
    else refresher.add(JSON.parse(message.data) as Event);
  };
  const opened = (): void => {
    failures = 0;
    noteStream("live");
    // Without a place to resume from, what happened meanwhile was not told.
    if (wasLost && lastId === null) refresher.all();
    wasLost = false;
  };
  while (!signal.aborted) {
    try {
      await readStream(`/api/v1/events?project=${encodeURIComponent(project)}`, lastId, opened, take, signal);
    } catch {
      // However it ended: say so and try again.
    }
    if (signal.aborted) return;
    wasLost = true;
    failures += 1;
    if (failures > 1) noteStream("lost");
    const pause = Math.min(RETRY_MIN_MS * 2 ** (failures - 1), RETRY_MAX_MS) * (0.75 + Math.random() / 2);
    await sleep(pause, signal);
  }
}

async function readStream(
  url: string,
  lastId: string | null,
  opened: () => void,
  take: (message: Message) => void,
  signal: AbortSignal,
): Promise<void> {
  const ended = new AbortController();
  const end = (): void => ended.abort();
  signal.addEventListener("abort", end);
  let silence = setTimeout(end, SILENCE_MS);
  try {
    const headers: Record<string, string> = { accept: "text/event-stream" };
    if (lastId !== null) headers["last-event-id"] = lastId;
    const response = await fetch(url, { headers, credentials: "same-origin", cache: "no-store", signal: ended.signal });
    if (!response.ok || response.body === null) throw new Error(`events: ${response.status}`);
    opened();
    const reader = response.body.getReader();
    const decoder = new TextDecoder();
    const parser = new SseParser();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      clearTimeout(silence);
      silence = setTimeout(end, SILENCE_MS);
      for (const message of parser.push(decoder.decode(value, { stream: true }))) take(message);
    }
  } finally {
    clearTimeout(silence);
    signal.removeEventListener("abort", end);
    ended.abort();
  }
}

function sleep(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(done, ms);
    function done(): void {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      resolve();
    }
    signal.addEventListener("abort", done);
  });
}

/** Keeps the screen live for a project. */
export function useLiveProject(project: string | undefined): void {
  const client = useQueryClient();
  useEffect(() => {
    if (project === undefined) return;
    const stop = new AbortController();
    const refresher = new Refresher(client, project);
    noteStream("connecting");
    void watch(project, refresher, stop.signal);
    return () => {
      stop.abort();
      refresher.stop();
    };
  }, [client, project]);
}
