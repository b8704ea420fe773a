import { describe, expect, it } from "vitest";

import { type Span, spans, startState } from "./kdl-mode";

const shown = (parts: Span[]): string[] => parts.filter((part) => part.token !== null).map((part) => `${part.token}:${part.text}`);

describe("KDL highlighting", () => {
  it("tells nodes, arguments and properties apart", () => {
    expect(shown(spans('target "10.0.0.1:80" weight=9'))).toEqual([
      "node:target",
      'string:"10.0.0.1:80"',
      "property:weight",
      "number:9",
    ]);
  });

  it("begins a new node behind braces and semicolons", () => {
    expect(shown(spans("timeouts { connect-secs 2; read-secs #true }"))).toEqual([
      "node:timeouts",
      "brace:{",
      "node:connect-secs",
      "number:2",
      "brace:;",
      "node:read-secs",
      "keyword:#true",
      "brace:}",
    ]);
  });

  it("shows node variables inside strings", () => {
    expect(shown(spans('address "0.0.0.0:${node.port}"'))).toEqual(["node:address", 'string:"0.0.0.0:', "variable:${node.port}", 'string:"']);
    expect(shown(spans('address "${node.addr}"'))).toEqual(["node:address", 'string:"', "variable:${node.addr}", 'string:"']);
  });

  it("carries block comments and raw strings over lines", () => {
    const state = startState();
    expect(shown(spans("/* one /* two */", state))).toEqual(["comment:/* one /* two */"]);
    expect(shown(spans("still */ b 1", state))).toEqual(["comment:still */", "node:b", "number:1"]);
    const raw = spans('path-regex #"^(/a|/b\\d+)$"#', state);
    expect(raw.map((part) => part.token)).toEqual(["node", null, "string"]);
  });

  it("does not let an unclosed quote swallow the rest of the text", () => {
    const state = startState();
    spans('listener "http', state);
    expect(shown(spans("route 1", state))).toEqual(["node:route", "number:1"]);
  });

  it("tells names and values of JSON apart", () => {
    expect(shown(spans('"targets": [{ "address": "10.0.0.1:80", "weight": 9 }],'))).toEqual([
      'property:"targets"',
      "brace:[{",
      'property:"address"',
      'string:"10.0.0.1:80"',
      'property:"weight"',
      "number:9",
      "brace:}]",
    ]);
    expect(shown(spans('"a": true, "b": "${node.port}"'))).toEqual(['property:"a"', "keyword:true", 'property:"b"', 'string:"', "variable:${node.port}", 'string:"']);
  });

  it("loses no character", () => {
    const line = 'route "a" { matches { path-regex #"^/x$"#; } } /- "off" // end ☃';
    expect(spans(line).map((part) => part.text).join("")).toBe(line);
  });
});
