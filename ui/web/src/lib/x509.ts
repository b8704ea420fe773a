// What certificates in PEM say of themselves: as much of DER as that takes.

/** One certificate of a chain. */
export interface ChainLink {
  /** In hexadecimal digits. */
  serial: string;
  /** Whom it is for, and who issued it: the common name where there is one. Empty: nobody is named. */
  subject: string;
  issuer: string;
  /** Until when it holds, as an ISO date and time. */
  notAfter: string;
}

/** The certificates of a chain in PEM, in their order; null: it is nothing that can be read. */
export function chainOf(pem: string): ChainLink[] | null {
  const blocks = [...pem.matchAll(/-----BEGIN CERTIFICATE-----([^-]+)-----END CERTIFICATE-----/g)];
  try {
    return blocks.map(([, body = ""]) => linkOf(Uint8Array.from(atob(body.replaceAll(/\s/g, "")), (character) => character.codePointAt(0) ?? 0)));
  } catch {
    return null;
  }
}

const [SEQUENCE, UTC_TIME, BMP_STRING, VERSION] = [0x30, 0x17, 0x1e, 0xa0];

interface Value {
  tag: number;
  content: Uint8Array;
}

/** The values that stand one behind the other. */
function values(bytes: Uint8Array): Value[] {
  const found: Value[] = [];
  for (let at = 0; at < bytes.length; ) {
    const [tag, first] = [bytes[at], bytes[at + 1]];
    if (tag === undefined || first === undefined) throw new Error("ends within a value");
    const digits = first < 0x80 ? 0 : first & 0x7f;
    const from = at + 2 + digits;
    const length = digits === 0 ? first : [...bytes.subarray(at + 2, from)].reduce((sum, byte) => sum * 256 + byte, 0);
    if (from + length > bytes.length) throw new Error("ends within a value");
    found.push({ tag, content: bytes.subarray(from, from + length) });
    at = from + length;
  }
  return found;
}

const hex = (bytes: Uint8Array): string => [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");

function linkOf(der: Uint8Array): ChainLink {
  const [certificate] = values(der);
  const [signed] = values(certificate?.content ?? der);
  const parts = values(signed?.content ?? der);
  const [serial, , issuer, validity, subject] = parts[0]?.tag === VERSION ? parts.slice(1) : parts;
  const until = values(validity?.content ?? der)[1];
  if (serial === undefined || issuer?.tag !== SEQUENCE || subject?.tag !== SEQUENCE || until === undefined) throw new Error("is no certificate");
  return { serial: hex(serial.content).replace(/^00(?=.)/, ""), issuer: nameOf(issuer.content), subject: nameOf(subject.content), notAfter: timeOf(until) };
}

/** Parts of a name that tell it to people, the best one first: common name, organisational unit, organisation. */
const TELLING = ["550403", "55040b", "55040a"];

function nameOf(name: Uint8Array): string {
  const parts = new Map<string, string>();
  for (const { content } of values(name).flatMap((set) => values(set.content))) {
    const [type, text] = values(content);
    if (type !== undefined && text !== undefined) parts.set(hex(type.content), new TextDecoder(text.tag === BMP_STRING ? "utf-16be" : "utf-8").decode(text.content));
  }
  return TELLING.map((type) => parts.get(type)).find((part) => part !== undefined && part !== "") ?? "";
}

function timeOf({ tag, content }: Value): string {
  const digits = new TextDecoder().decode(content);
  // Two digits of a year are those from 1950 to 2049.
  const whole = tag === UTC_TIME ? `${Number(digits.slice(0, 2)) < 50 ? "20" : "19"}${digits}` : digits;
  const [, year, month, day, hour, minute, second] = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/.exec(whole) ?? [];
  return new Date(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`).toISOString();
}
