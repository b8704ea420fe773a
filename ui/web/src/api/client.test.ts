import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { address, call, whenUnauthenticated } from "./client";
import { ApiError } from "./error";

const fetched = vi.fn<typeof fetch>();

beforeEach(() => {
  fetched.mockReset();
  vi.stubGlobal("fetch", fetched);
});
afterEach(() => vi.unstubAllGlobals());

const answer = (status: number, body?: unknown, headers: Record<string, string> = {}): Response =>
  new Response(body === undefined ? null : JSON.stringify(body), { status, headers: { "content-type": "application/json", ...headers } });

const requests = (): { url: string; init: RequestInit }[] => fetched.mock.calls.map(([url, init]) => ({ url: String(url), init: init ?? {} }));
const key = (init: RequestInit): string | null => new Headers(init.headers).get("idempotency-key");

describe("addresses", () => {
  it("fill in parameters and leave out what is absent", () => {
    const url = address("/p/{slug}/nodes/{id}", { slug: "a b", id: "x/y" }, { q: "", status: undefined, cursor: null, limit: 5, labels: { site: "fra", env: "a&b" } });
    expect(url).toBe("/p/a%20b/nodes/x%2Fy?limit=5&labels%5Bsite%5D=fra&labels%5Benv%5D=a%26b");
  });
});

describe("reads", () => {
  it("fall back to this member's own data when no majority answers", async () => {
    fetched.mockResolvedValueOnce(answer(503, { error: "no majority answers", code: "no_quorum" }));
    fetched.mockResolvedValueOnce(answer(200, { cluster_id: null }, { "x-consistency": "stale", "x-age-ms": "1500" }));
    await expect(call("get", "/api/v1/cluster", {})).resolves.toEqual({ cluster_id: null });
    expect(requests().map(({ url }) => url)).toEqual(["/api/v1/cluster", "/api/v1/cluster?consistency=stale"]);
  });

  it("are not repeated for other refusals", async () => {
    fetched.mockResolvedValueOnce(answer(404, { error: "Node not found", code: "not_found" }));
    const refused = call("get", "/api/v1/projects/{slug}/nodes/{id}", { path: { slug: "shop", id: "x" } });
    await expect(refused).rejects.toMatchObject({ status: 404, code: "not_found", message: "Node not found" });
    expect(fetched).toHaveBeenCalledTimes(1);
  });
});

describe("writes", () => {
  const create = () => call("post", "/api/v1/projects/{slug}/bundles", { path: { slug: "shop" }, body: { version: "1", config_source: "" } });

  it("are sent once more with the same request id when their outcome is unknown", async () => {
    fetched.mockRejectedValueOnce(new TypeError("connection reset"));
    fetched.mockResolvedValueOnce(answer(201, { id: "b" }));
    await expect(create()).resolves.toEqual({ id: "b" });
    const [first, second] = requests();
    expect(key(first?.init ?? {})).toMatch(/^[0-9a-f-]{36}$/);
    expect(key(second?.init ?? {})).toBe(key(first?.init ?? {}));
  });

  it("are not sent again when they were refused", async () => {
    fetched.mockResolvedValueOnce(answer(422, { error: { version: ["is taken"] }, code: "invalid" }));
    const refused = await create().catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(ApiError);
    expect(refused).toMatchObject({ fields: { version: ["is taken"] }, message: "version is taken" });
    expect(fetched).toHaveBeenCalledTimes(1);
  });

  it("carry the validator's problems with their lines", async () => {
    const problems = [{ line: 3, column: 5, path: null, code: "unknown-key", message: "no", help: null }];
    fetched.mockResolvedValueOnce(answer(422, { error: "refused", code: "invalid_config", details: { problems } }));
    const refused = (await create().catch((error: unknown) => error)) as ApiError;
    expect(refused.problems).toEqual(problems);
  });
});

it("tells when the session has ended, and survives answers that are no JSON", async () => {
  const told = vi.fn();
  whenUnauthenticated(told);
  fetched.mockResolvedValueOnce(answer(401, { error: "the session has ended", code: "unauthenticated" }));
  await expect(call("get", "/api/v1/cluster", {})).rejects.toMatchObject({ status: 401 });
  expect(told).toHaveBeenCalledTimes(1);
  fetched.mockResolvedValueOnce(new Response("<html>bad gateway", { status: 502, headers: { "content-type": "text/html" } }));
  await expect(call("get", "/api/v1/cluster", {})).rejects.toMatchObject({ status: 502, code: "unexpected" });
});
