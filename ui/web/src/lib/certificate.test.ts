import { describe, expect, it } from "vitest";

import type { Certificate, ConfigDocument } from "../api/types";
import { certificateState, issuerName, usesOf } from "./certificate";

const NOW = Date.parse("2026-12-01T12:00:00Z");
const DAY = 86_400_000;
const iso = (days: number): string => new Date(NOW + days * DAY).toISOString();

type Version = NonNullable<Certificate["current"]>;
type Acme = NonNullable<Certificate["acme"]>;

/** The word for one that holds from and until so many days from now. */
function word(from: number, until: number, acme: Partial<Acme> | null = null): string {
  const current = { not_before: iso(from), not_after: iso(until) } as Version;
  const { kind, label } = certificateState({ current, acme: acme as Acme | null }, NOW);
  return `${label} (${kind})`;
}

const failure = { reason: "no", times: 1, at: iso(0) };

describe("a certificate", () => {
  it("holds until little of its life is left, and ends", () => {
    expect(word(-30, 60)).toBe("Holds (ok)");
    expect(word(-80, 13)).toBe("Ends soon (degraded)");
    expect(word(-90, 0)).toBe("Ended (failed)");
    expect(word(1, 90)).toBe("Not begun (degraded)");
  });

  it("may live shortly when it is renewed by itself, and tells when that fails", () => {
    expect(word(-1, 5, { state: "issued" })).toBe("Holds (ok)");
    expect(word(-5.5, 0.5, { state: "issued" })).toBe("Ends soon (degraded)");
    expect(word(-60, 30, { state: "ordered" })).toBe("Being renewed (progressing)");
    expect(word(-60, 30, { state: "failed", failure })).toBe("Renewal failed (degraded)");
    expect(word(-80, 10, { state: "ordered", failure })).toBe("Renewal failed (failed)");
  });

  it("may not be there yet", () => {
    const without = (acme: Partial<Acme>): string => certificateState({ current: null, acme: acme as Acme }, NOW).label;
    expect(without({ state: "pending" })).toBe("Asked for");
    expect(without({ state: "ordered" })).toBe("Being issued");
    expect(without({ state: "failed", failure })).toBe("Not issued");
  });

  it("tells who issued it in one name", () => {
    expect(issuerName("C=US, O=Let's Encrypt, CN=R11")).toBe("R11");
    expect(issuerName("O=Nobody")).toBe("O=Nobody");
  });

  it("is shown by the listeners that name it", () => {
    const document = {
      version: 1,
      listeners: {
        http: { address: "0.0.0.0:80" },
        https: { address: "0.0.0.0:443", tls: { certificate: "web", names: [{ hosts: ["a.example.com"], certificate: "a" }, { hosts: ["w.example.com"], certificate: "web" }] } },
      },
    } as unknown as ConfigDocument;
    expect(usesOf(document, "web")).toEqual([{ listener: "https", fields: ["tls.certificate", "tls.names[1]"], hosts: [] }]);
    expect(usesOf(document, "a")).toEqual([{ listener: "https", fields: ["tls.names[0]"], hosts: ["a.example.com"] }]);
    expect(usesOf(document, "b")).toEqual([]);
  });
});
