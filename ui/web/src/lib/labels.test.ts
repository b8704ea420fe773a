import { describe, expect, it } from "vitest";

import { labelLines, parseLabelLines } from "./labels";

describe("labels, one per line", () => {
  it("come back as they were", () => {
    const labels = { site: "fra", note: "a b, c=d", empty: "" };
    expect(parseLabelLines(labelLines(labels))).toEqual({ labels, error: null });
    expect(parseLabelLines("")).toEqual({ labels: {}, error: null });
  });

  it("may be written with spaces and empty lines", () => {
    expect(parseLabelLines("  site = fra \n\n env=prod").labels).toEqual({ site: "fra", env: "prod" });
  });

  it("say what is wrong", () => {
    expect(parseLabelLines("site").error).toContain("'site' is not a label");
    expect(parseLabelLines("=fra").error).toContain("'=fra' is not a label");
    expect(parseLabelLines("a=1\na=2").error).toBe("'a' is there twice");
  });
});
