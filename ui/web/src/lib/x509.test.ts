import { describe, expect, it } from "vitest";

import { chainOf } from "./x509";

const CHAIN = `-----BEGIN CERTIFICATE-----
MIIB0jCCAXmgAwIBAgIUFGrFt0zdvZWSOyB32KHGMsCnMd4wCgYIKoZIzj0EAwIw
NTEWMBQGA1UECgwNRXhhbXBsZSBUcnVzdDEbMBkGA1UEAwwSRXhhbXBsZSBJc3N1
aW5nIEU1MB4XDTI2MTIwMTAxNDIwM1oXDTI3MDMwMTAxNDIwM1owGzEZMBcGA1UE
AwwQc2hvcC5leGFtcGxlLmNvbTBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABOIM
plfjHWsN16FcnqOd+cTr3ImlyMX7Ro8vfHHiIhI32lxcGJYnm762qvgGADsXZDF8
Y0I5/llfOWvLsof6+YmjgYAwfjAxBgNVHREEKjAoghBzaG9wLmV4YW1wbGUuY29t
ghR3d3cuc2hvcC5leGFtcGxlLmNvbTAJBgNVHRMEAjAAMB0GA1UdDgQWBBSx76pE
vPtlsOcY02MX4x0T/DQtoTAfBgNVHSMEGDAWgBQIDusrRkGVJtTtqQlhzC/JZ6ju
HjAKBggqhkjOPQQDAgNHADBEAiBSBCavKpcf/QPy99ISPU+bfdt2sV3S7RSiOHFC
Mm3ceAIgR8YYapdPAxs7cZSdtT9cj22WXwDDNErPMyeG1wLLRsY=
-----END CERTIFICATE-----
-----BEGIN CERTIFICATE-----
MIIBzTCCAXKgAwIBAgIUa1+mRj189ZY8FunOCrjso/ONuXYwCgYIKoZIzj0EAwIw
MjEWMBQGA1UECgwNRXhhbXBsZSBUcnVzdDEYMBYGA1UEAwwPRXhhbXBsZSBSb290
IFIxMB4XDTI2MTIwMTAxNDIwM1oXDTMxMTEzMDAxNDIwM1owNTEWMBQGA1UECgwN
RXhhbXBsZSBUcnVzdDEbMBkGA1UEAwwSRXhhbXBsZSBJc3N1aW5nIEU1MFkwEwYH
KoZIzj0CAQYIKoZIzj0DAQcDQgAEyc5JRJ4A1uatQ7QY3qyQqBZ3tMyl6F8LuMaq
Ck/3GmC3Q1oA++Tevkkq7zUkz322qneRwMIJr0X2i1Ormp4IB6NjMGEwEgYDVR0T
AQH/BAgwBgEB/wIBADALBgNVHQ8EBAMCAQYwHQYDVR0OBBYEFAgO6ytGQZUm1O2p
CWHML8lnqO4eMB8GA1UdIwQYMBaAFALDxoviQPeQqYdkwCJXlVs0JLBUMAoGCCqG
SM49BAMCA0kAMEYCIQDhEmCfJQZAf+IJpue8EBnTh4jrvbIMB+/7VqjsXtxTvgIh
ALK5fKvkRJUSYHzBc80GbR7yLcZi1OyPepVa2e/eXlBn
-----END CERTIFICATE-----
`;

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
