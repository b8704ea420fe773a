import { describe, expect, it } from "vitest";

import type { ConfigDocument } from "../api/types";
import { BOX, layout } from "./topology-layout";
import { narrowed, topologyOf } from "./topology";

const document = {
  version: 1,
  services: {
    shop: { route_path: "/*", hosts: ["shop.example.com"], upstream_group: "shop", middlewares: [{ middleware: "careful" }] },
    checkout: { route_path: "/checkout/*", traffic_split: { splits: [{ upstream_group: "shop", weight: 95 }, { upstream_group: "next", weight: 5 }], match_rules: [{ type: "header", name: "x-next", value: "1", upstream_group: "next" }] } },
    search: { route_path: "/search", upstream_url: "http://10.0.0.9:9200" },
    old: { route_path: "/old", redirect_url: "https://example.com", enabled: false },
  },
  upstream_groups: {
    shop: { algorithm: "weighted", targets: [{ host: "10.0.0.1", port: 80 }, { host: "fd00::1", port: 80, enabled: false, weight: 5 }] },
    next: { targets: [{ host: "10.0.1.1", port: 80 }] },
    idle: { targets: [{ host: "10.0.2.1", port: 80 }] },
  },
} as unknown as ConfigDocument;

const marks = (compared: Parameters<typeof topologyOf>[1] = null) => Object.fromEntries(topologyOf(document, compared).nodes.filter(({ marks }) => marks.length > 0).map(({ id, marks }) => [id, marks]));

describe("the configuration as a graph", () => {
  it("leads from where the proxy listens over services and groups to targets", () => {
    const { nodes, edges } = topologyOf(document, null);
    expect(nodes.map(({ kind }) => kind).filter((kind) => kind === "target")).toHaveLength(5);
    expect(nodes[0]).toEqual({ id: "listeners", kind: "listener", name: "http", detail: "http 0.0.0.0:${node.http_port}", marks: [] });
    expect(edges.filter(({ from }) => from === "listeners")).toHaveLength(4);
    expect(edges.filter(({ from }) => from === "services.checkout")).toEqual([
      { from: "services.checkout", to: "upstream_groups.shop", label: "95 %", idle: false },
      { from: "services.checkout", to: "upstream_groups.next", label: "5 %, header x-next: 1", idle: false },
    ]);
    expect(nodes.find(({ id }) => id === "services.old")?.detail).toBe("/old → 301 https://example.com");
    expect(nodes.find(({ id }) => id === "upstream_groups.shop.targets[1]")).toMatchObject({ name: "[fd00::1]:80", detail: "weight 5" });
  });

  it("says what is disabled and what nothing uses, and no more than is known", () => {
    expect(marks()).toEqual({ "services.old": ["disabled"], "upstream_groups.shop.targets[1]": ["disabled"], "upstream_groups.idle": ["unused"] });
  });

  it("says what was changed after the configuration that nodes were given last, also by what is attached", () => {
    const revisions = { "services.shop": 3, "services.search": 9, "middlewares.careful": 8, "upstream_groups.shop": 7 };
    expect(marks({ revisions, deployed: 7 })).toMatchObject({ "services.shop": ["changed"], "services.search": ["changed"] });
    expect(marks({ revisions, deployed: 7 })).not.toHaveProperty("upstream_groups.shop");
  });

  it("is narrowed to what has the words in it, with all that leads there and on from there", () => {
    const all = topologyOf(document, null);
    const ids = (words: string, mark?: "disabled") => narrowed(all, words, mark).nodes.map(({ id }) => id);
    expect(ids("10.0.1.1")).toEqual(["listeners", "services.checkout", "upstream_groups.next", "upstream_groups.next.targets[0]"]);
    expect(ids("SEARCH 9200")).toEqual(["listeners", "services.search", "services.search.upstream_url"]);
    expect(ids("no such thing")).toEqual([]);
    expect(ids("old", "disabled")).toEqual(["listeners", "services.old"]);
    expect(narrowed(all, " ", undefined)).toEqual(all);
  });
});

describe("the picture of it", () => {
  it("has a place for each object, and no two of them overlap", () => {
    const all = topologyOf(document, null);
    const points = layout(all);
    expect(points.size).toBe(all.nodes.length);
    const places = [...points.values()];
    places.forEach((a, index) => {
      for (const b of places.slice(index + 1)) expect(a.x !== b.x || Math.abs(a.y - b.y) >= BOX.height).toBe(true);
    });
  });

  it("puts a service beside the group that it goes to", () => {
    const points = layout(topologyOf(document, null));
    expect(points.get("services.search")?.y).toBe(points.get("services.search.upstream_url")?.y);
    expect(points.get("upstream_groups.next")?.y).toBe(points.get("upstream_groups.next.targets[0]")?.y);
  });
});
