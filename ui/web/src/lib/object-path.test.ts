import { describe, expect, it } from "vitest";

import { isWithin, valueAt, withValue } from "./object-path";

const service = { route_path: "/*", unknown: { kept: [1, { as: "it is" }] }, timeouts: { connect_seconds: 2 }, targets: [{ host: "a", port: 1 }, { host: "b", port: 2, weight: 5 }] };

describe("a value in an object", () => {
  it("is found by its path", () => {
    expect(valueAt(service, "targets[1].host")).toBe("b");
    expect(valueAt(service, "timeouts.read_seconds")).toBeUndefined();
    expect(valueAt(service, "no.such[3].thing")).toBeUndefined();
    expect(valueAt(service, "constructor")).toBeUndefined();
  });

  it("is put where it shall be, and everything else is the same as before", () => {
    const changed = withValue(service, "targets[1].host", "c");
    expect(changed.targets[1]).toEqual({ host: "c", port: 2, weight: 5 });
    expect(changed.unknown).toBe(service.unknown);
    expect(changed.targets[0]).toBe(service.targets[0]);
    expect(Object.keys(changed)).toEqual(Object.keys(service));
    expect(service.targets[1]?.host).toBe("b");
  });

  it("makes what is missing on the way, and takes away what becomes empty", () => {
    expect(withValue({}, "headers.request.set", { a: "b" })).toEqual({ headers: { request: { set: { a: "b" } } } });
    expect(withValue(service, "timeouts.connect_seconds", undefined)).not.toHaveProperty("timeouts");
    expect(withValue({ retry: { attempts: 3 } }, "retry.attempts", undefined, "retry")).toEqual({ retry: {} });
    expect(withValue({ retry: {} }, "retry", undefined)).toEqual({});
    expect(withValue({ targets: [{ weight: 1 }] }, "targets[0].weight", undefined)).toEqual({ targets: [{}] });
  });
});

describe("a path within another one", () => {
  it("is that one, or goes on from it", () => {
    expect(isWithin("hosts[0]", "hosts")).toBe(true);
    expect(isWithin("hosts", "hosts")).toBe(true);
    expect(isWithin("match_headers.X-A", "match_headers")).toBe(true);
    expect(isWithin("hosts_more", "hosts")).toBe(false);
  });
});
