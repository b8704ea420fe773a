import { describe, expect, it } from "vitest";

import { CHAIN } from "../../mock/chain.ts";
import { chainOf } from "./x509";


describe("a chain in PEM", () => {
  it("says whom each of its certificates is for, who issued it, and until when it holds", () => {
    expect(chainOf(CHAIN)).toEqual([
      { serial: "146ac5b74cddbd95923b2077d8a1c632c0a731de", subject: "shop.example.com", issuer: "Example Issuing E5", notAfter: "2027-03-01T01:42:03.000Z" },
      { serial: "6b5fa6463d7cf5963c16e9ce0ab8eca3f38db976", subject: "Example Issuing E5", issuer: "Example Root R1", notAfter: "2031-11-30T01:42:03.000Z" },
    ]);
  });

  it("is nothing when it cannot be read", () => {
    expect(chainOf(CHAIN.replace("MIIB0j", "MIIB1j"))).toBeNull();
    expect(chainOf("-----BEGIN CERTIFICATE-----\n!\n-----END CERTIFICATE-----")).toBeNull();
    expect(chainOf("")).toEqual([]);
  });
});
