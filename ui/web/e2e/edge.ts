// A server, and a node with a real proxy in front of it: the binary's agent and the proxy that it runs, as processes of their own.
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, openSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { type APIRequestContext, expect } from "@playwright/test";

import { EMAIL, PASSWORD } from "./session";

/** A server that says what it was asked. */
export interface Upstream {
  target: string;
  stop: () => void;
}

export interface Edge {
  /** The project that was made for it; the node is in it. */
  project: string;
  /** Where the proxy listens. */
  url: string;
  stop: () => void;
}

const port = (server: Server): number => (server.address() as AddressInfo).port;

const listening = (server: Server): Promise<Server> => new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(server)));

export async function startUpstream(): Promise<Upstream> {
  const server = await listening(createServer((asked, answer) => answer.end(`${asked.method} ${asked.url} of ${asked.headers.host}`)));
  return { target: `127.0.0.1:${port(server)}`, stop: () => void server.close() };
}

async function freePort(): Promise<number> {
  const server = await listening(createServer());
  const free = port(server);
  await new Promise((resolve) => server.close(resolve));
  return free;
}

/** Makes a project, and starts an agent that brings a node with a real proxy into it. Without a proxy there is none to start: null. */
export async function startEdge(request: APIRequestContext, member: string | undefined): Promise<Edge | null> {
  const { SENTINEL_E2E_AGENT: binary, SENTINEL_E2E_PROXY: proxy } = process.env;
  if (member === undefined) return null;
  if (binary === undefined || proxy === undefined) throw new Error("against a member, SENTINEL_E2E_AGENT and SENTINEL_E2E_PROXY name the binaries of the agent and of the proxy");
  const session = await request.post("/api/v1/session", { data: { email: EMAIL, password: PASSWORD, as: "token" } });
  const { token, memberships } = (await session.json()) as { token: string; memberships: { org: { slug: string } }[] };
  const headers = { authorization: `Bearer ${token}` };
  const post = async (path: string, data: object): Promise<unknown> => {
    const answer = await request.post(`/api/v1${path}`, { headers, data });
    expect(answer.status(), `${path}: ${await answer.text()}`).toBe(201);
    return answer.json();
  };
  const project = `edge-${Date.now()}`;
  await post(`/orgs/${memberships[0]?.org.slug}/projects`, { name: "Edge", slug: project });
  const enrolment = (await post(`/projects/${project}/enrolment-tokens`, { name: "edge" })) as { token: string };

  const folder = mkdtempSync(join(tmpdir(), "sentinel-e2e-"));
  const http = await freePort();
  const data = join(folder, "node");
  const log = openSync(join(folder, "agent.log"), "w");
  const args = ["agent", "--server", member, "--project", project, "--enrolment-token", enrolment.token, "--name", "edge-1", "--proxy", proxy, "--data-dir", data, "--var", `http_port=${http}`];
  const agent = spawn(binary, args, { stdio: ["ignore", log, log] });
  return { project, url: `http://127.0.0.1:${http}`, stop: () => stop(agent, data, folder) };
}

/** The agent leaves its proxy running, so that is ended too: the processes whose command line names the data directory. */
function stop(agent: ChildProcess, data: string, folder: string): void {
  agent.kill("SIGKILL");
  for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
    try {
      if (readFileSync(`/proc/${pid}/cmdline`, "utf8").includes(data)) process.kill(Number(pid), "SIGKILL");
    } catch {
      // It has ended meanwhile.
    }
  }
  rmSync(folder, { recursive: true, force: true });
}
