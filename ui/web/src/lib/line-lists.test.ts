import { describe, expect, it } from "vitest";

import { pairLines, readLines, readNumber, readNumbers, readPairs } from "./line-lists";

describe("lists in one field", () => {
  it("have one of each line, and none when nothing is written", () => {
    expect(readLines(" a.example.com \n\nb.example.com\n")).toEqual({ value: ["a.example.com", "b.example.com"] });
    expect(readLines(" \n")).toEqual({ value: undefined });
  });

  it("of numbers are separated by commas, and say what is none", () => {
    expect(readNumbers("502, 503 504")).toEqual({ value: [502, 503, 504] });
    expect(readNumbers("502, x")).toEqual({ error: "'x' is no whole number" });
    expect(readNumber("1.5")).toHaveProperty("error");
    expect(readNumber("")).toEqual({ value: undefined });
  });
});

describe("pairs in one field", () => {
  it("are read as they are written", () => {
    const pairs = { "X-Token": "${secrets.TOKEN}", "X-Time": "12:30" };
    expect(readPairs(pairLines(pairs), false)).toEqual({ value: pairs });
  });

  it("may be a name alone where any value will do, and nowhere else", () => {
    expect(readPairs("X-Debug", true)).toEqual({ value: { "X-Debug": null } });
    expect(pairLines({ "X-Debug": null, a: "" })).toBe("X-Debug\na: ");
    expect(readPairs("X-Debug", false)).toHaveProperty("error");
    expect(readPairs("a: 1\na: 2", false)).toEqual({ error: "'a' is there twice" });
    expect(readPairs(": 1", true)).toHaveProperty("error");
  });
});
