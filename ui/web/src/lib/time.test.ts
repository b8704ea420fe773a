import { describe, expect, it } from "vitest";

import { bytes, percent, shortId } from "./format";
import { parseLabels } from "./labels";
import { ago, duration } from "./time";

describe("times in words", () => {
  it("uses one unit for ages and two for lengths", () => {
    const now = Date.parse("2026-11-24T12:00:00Z");
    expect(ago("2026-11-24T11:59:48Z", now)).toBe("12 s ago");
    expect(ago("2026-11-24T11:00:00Z", now)).toBe("1 h ago");
    expect(ago("2026-11-22T11:00:00Z", now)).toBe("2 d ago");
    expect(ago("2026-11-27T12:00:00Z", now)).toBe("in 3 d");
    expect(ago(now, now)).toBe("just now");
    expect(duration(185_000)).toBe("3 min 5 s");
    expect(duration(2 * 86_400_000)).toBe("2 d");
    expect(duration(-5)).toBe("0 s");
  });
});

describe("numbers in words", () => {
  it("never rounds to a nothing or an all that is not true", () => {
    expect(percent(1, 100_000)).toBe("<0.1 %");
    expect(percent(99_999, 100_000)).toBe(">99.9 %");
    expect(percent(100, 100)).toBe("100 %");
    expect(percent(0, 0)).toBe("–");
  });

  it("shortens ids to the part that tells them apart", () => {
    expect(shortId("0192f0c1-7f00-7000-8000-00c0ffee1234")).toBe("ffee1234");
    expect(bytes(2_345)).toBe("2.3 kB");
  });
});

describe("labels", () => {
  it("are read with commas or blanks between them", () => {
    expect(parseLabels("site=fra, env=prod x=a=b")).toEqual({ labels: { site: "fra", env: "prod", x: "a=b" }, error: null });
    expect(parseLabels("site").error).toContain("key=value");
    expect(parseLabels("  ").labels).toEqual({});
  });
});
