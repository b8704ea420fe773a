import { QueryClient } from "@tanstack/react-query";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { Refresher, touches, watch } from "./events";
import { SseParser } from "./sse";
import type { Event } from "./types";

const event = (kind: string, resource_id = "1", id = "7-0"): Event => ({ id, at: "2026-11-24T12:00:00Z", org_id: null, project_id: null, kind, resource_id, data: {} });
const frame = (sent: Event): string => `id: ${sent.id}\nevent: ${sent.kind}\ndata: ${JSON.stringify(sent)}\n\n`;

describe("the stream's text", () => {
  it("may be cut anywhere", () => {
    const text = `: beat\n\n${frame(event("node.online", "n", "9-1"))}event: compacted\ndata: {}\ndata: x\r\n\n`;
    const parser = new SseParser();
    const messages = [...text].flatMap((char) => parser.push(char));
    expect(messages.map(({ id, event, data }) => [id, event, data.length > 5 ? "json" : data])).toEqual([
      ["9-1", "node.online", "json"],
      ["9-1", "compacted", "{}\nx"],
    ]);
  });
});

describe("what an event touches", () => {
  it("is the lists of its noun, its own page and what counts it", () => {
    const moved = event("rollout.step_started", "r1");
    expect(touches(moved, "shop", ["rollouts", "shop", "list", {}])).toBe(true);
    expect(touches(moved, "shop", ["rollouts", "shop", "one", "r1"])).toBe(true);
    expect(touches(moved, "shop", ["overview", "shop"])).toBe(true);
    expect(touches(moved, "shop", ["audit", "org", "acme", {}])).toBe(true);
  });

  it("is not another object, another project or another noun", () => {
    const moved = event("rollout.step_started", "r1");
    expect(touches(moved, "shop", ["rollouts", "shop", "one", "r2"])).toBe(false);
    expect(touches(moved, "shop", ["rollouts", "media", "list", {}])).toBe(false);
    expect(touches(moved, "shop", ["bundles", "shop", "list", {}])).toBe(false);
    expect(touches(moved, "shop", ["cluster"])).toBe(false);
  });

  it("is the environments when anything in them goes on", () => {
    for (const kind of ["environment.bundle_completed", "node.updated", "project.environments_created", "freeze_window.deleted"]) expect(touches(event(kind), "shop", ["environments", "shop"])).toBe(true);
    expect(touches(event("promotion_rule.waits"), "shop", ["promotion-rules", "shop"])).toBe(true);
    expect(touches(event("node.updated"), "shop", ["environments", "media"])).toBe(false);
    expect(touches(event("api_key.created"), "shop", ["environments", "shop"])).toBe(false);
  });

  it("is the rollouts on the screen when a node proves something", () => {
    expect(touches(event("node.effective", "n1"), "shop", ["rollouts", "shop", "one", "r1"])).toBe(true);
    expect(touches(event("node.effective", "n1"), "shop", ["rollouts", "shop", "list", {}])).toBe(false);
  });
});

describe("what an event of secrets touches", () => {
  it("is the list, and the page of that secret", () => {
    expect(touches(event("secret.rotated", "s1"), "shop", ["secrets", "shop"])).toBe(true);
    expect(touches(event("secret.rotated", "s1"), "shop", ["secrets", "shop", "one", "s1"])).toBe(true);
    expect(touches(event("secret.rotated", "s2"), "shop", ["secrets", "shop", "one", "s1"])).toBe(false);
    expect(touches(event("secret.rotated", "s1"), "media", ["secrets", "shop"])).toBe(false);
  });

  it("comes from the configuration too, which may name it", () => {
    expect(touches(event("config.applied", "p1"), "shop", ["secrets", "shop", "one", "s1"])).toBe(true);
    expect(touches(event("service.updated", "x"), "shop", ["secrets", "shop"])).toBe(true);
    expect(touches(event("secret.rotated", "s1"), "shop", ["configuration", "shop"])).toBe(false);
  });
});

describe("watching", () => {
  const fetched = vi.fn<typeof fetch>();
  beforeEach(() => {
    vi.useFakeTimers();
    fetched.mockReset();
    vi.stubGlobal("fetch", fetched);
  });
  afterEach(() => {
    vi.useRealTimers();
    vi.unstubAllGlobals();
  });

  /** An answer whose text is sent and which then ends by itself, or when it is aborted. */
  const streaming = (text: string, ends: boolean, signal: AbortSignal | null | undefined): Response => {
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        if (text !== "") controller.enqueue(new TextEncoder().encode(text));
        if (ends) controller.close();
        else signal?.addEventListener("abort", () => controller.error(new Error("aborted")));
      },
    });
    return new Response(body, { status: 200 });
  };

  it("resumes behind the last event that it saw", async () => {
    fetched.mockImplementationOnce(async (_, init) => streaming(frame(event("node.online", "n", "41-2")), true, init?.signal));
    fetched.mockImplementationOnce(async (_, init) => streaming("", false, init?.signal));
    const stop = new AbortController();
    const refresher = new Refresher(new QueryClient(), "shop");
    const watching = watch("shop", refresher, stop.signal);
    await vi.waitFor(() => expect(fetched).toHaveBeenCalledTimes(1));
    await vi.advanceTimersByTimeAsync(2_000);
    expect(fetched).toHaveBeenCalledTimes(2);
    const headers = new Headers(fetched.mock.calls[1]?.[1]?.headers);
    expect(headers.get("last-event-id")).toBe("41-2");
    stop.abort();
    refresher.stop();
    await vi.advanceTimersByTimeAsync(100);
    await watching;
  });

  it("gives up a stream that has fallen silent", async () => {
    fetched.mockImplementation(async (_, init) => streaming("", false, init?.signal));
    const stop = new AbortController();
    const refresher = new Refresher(new QueryClient(), "shop");
    const watching = watch("shop", refresher, stop.signal);
    await vi.advanceTimersByTimeAsync(1_000);
    const signal = fetched.mock.calls[0]?.[1]?.signal;
    expect(signal?.aborted).toBe(false);
    await vi.advanceTimersByTimeAsync(46_000);
    expect(signal?.aborted).toBe(true);
    stop.abort();
    await vi.advanceTimersByTimeAsync(100);
    await watching;
  });

  it("reads a long list anew now and then, not with every event", async () => {
    const client = new QueryClient();
    const key = ["nodes", "shop", "list", {}];
    client.setQueryData(key, { pages: Array.from({ length: 10 }, () => ({})), pageParams: [] });
    const read = (): boolean => client.getQueryState(key)?.isInvalidated === true;
    const refresher = new Refresher(client, "shop");
    refresher.add(event("node.online"));
    await vi.advanceTimersByTimeAsync(20_000);
    expect(read()).toBe(false);
    await vi.advanceTimersByTimeAsync(12_000);
    expect(read()).toBe(true);
    refresher.stop();
  });

  it("reads everything anew after a gap, and once for many events", async () => {
    const client = new QueryClient();
    client.setQueryData(["overview", "shop"], {});
    const invalidated = vi.spyOn(client, "invalidateQueries").mockResolvedValue();
    const refresher = new Refresher(client, "shop");
    for (let index = 0; index < 500; index += 1) refresher.add(event("node.online", String(index)));
    await vi.advanceTimersByTimeAsync(200);
    expect(invalidated).toHaveBeenCalledTimes(1);
    refresher.add(event("node.online"));
    await vi.advanceTimersByTimeAsync(500);
    expect(invalidated).toHaveBeenCalledTimes(1);
    await vi.advanceTimersByTimeAsync(700);
    expect(invalidated).toHaveBeenCalledTimes(2);
    refresher.all();
    await vi.advanceTimersByTimeAsync(1_500);
    expect(invalidated).toHaveBeenLastCalledWith();
  });
});
