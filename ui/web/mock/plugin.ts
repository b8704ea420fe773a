// Serves the API from memory in `--mode mock`, for development and for a preview of the built UI under the production policy.
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Plugin } from "vite";

import { handle } from "./api.ts";
import { newDb } from "./db.ts";
import { measure } from "./drift.ts";
import { tick, TICK_MS } from "./engine.ts";

/** The same as CONTENT_SECURITY_POLICY in ui/src/lib.rs; the preview sends it. */
const POLICY = "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; frame-ancestors 'none'";

const db = newDb();
measure(db);

async function readBody(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const text = Buffer.concat(chunks).toString("utf8");
  return text === "" ? undefined : JSON.parse(text);
}

function stream(request: IncomingMessage, response: ServerResponse): void {
  response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-store" });
  response.write(": hello\n\n");
  const send = (event: (typeof db.events)[number]): void => {
    response.write(`id: ${event.id}\nevent: ${event.kind}\ndata: ${JSON.stringify(event)}\n\n`);
  };
  const last = Number.parseInt(String(request.headers["last-event-id"] ?? ""), 10);
  if (Number.isFinite(last)) for (const event of db.events) if (Number.parseInt(event.id, 10) > last) send(event);
  db.listeners.add(send);
  const beat = setInterval(() => response.write(": beat\n\n"), 15_000);
  request.on("close", () => {
    db.listeners.delete(send);
    clearInterval(beat);
  });
}

async function serve(request: IncomingMessage, response: ServerResponse, next: () => void): Promise<void> {
  const url = new URL(request.url ?? "/", "http://mock");
  if (!url.pathname.startsWith("/api/")) {
    next();
    return;
  }
  if (url.pathname === "/api/v1/events") {
    stream(request, response);
    return;
  }
  const signedIn = request.headers.cookie?.includes("mock_session=yes") === true;
  const answer = handle(db, { method: request.method ?? "GET", path: url.pathname, query: url.searchParams, body: await readBody(request), signedIn });
  if (answer.session !== undefined) {
    response.setHeader("set-cookie", `mock_session=yes; Path=/; HttpOnly; SameSite=Lax; Max-Age=${answer.session === "begins" ? 3_600 : 0}`);
  }
  const body = answer.body === undefined ? "" : JSON.stringify(answer.body);
  response.writeHead(answer.status, { date: new Date().toUTCString(), ...(body === "" ? {} : { "content-type": "application/json" }) });
  response.end(body);
}

export function mockPlugin(): Plugin {
  const start = (): void => {
    setInterval(() => tick(db), TICK_MS).unref();
  };
  return {
    name: "sentinel-mock",
    configureServer(server) {
      start();
      server.middlewares.use((request, response, next) => void serve(request, response, next));
    },
    configurePreviewServer(server) {
      start();
      server.middlewares.use((request, response, next) => {
        response.setHeader("content-security-policy", POLICY);
        void serve(request, response, next);
      });
    },
  };
}
