// Certificates of the mocked API. Chains and keys are looked at and forgotten; every chain that is shown is the same one.
import type { Certificate, CertificateAcme, CertificateCreate, CertificateReplace, CertificateRequest, CertificateVersion } from "../src/api/types.ts";
import { usesOf } from "../src/lib/certificate.ts";
import { CHAIN } from "./chain.ts";
import { type Answer, ME_ACTOR, missing, ok, refuse } from "./answer.ts";
import { type Db, iso, ME } from "./db.ts";
import { record } from "./engine.ts";
import { hex, uuid } from "./random.ts";

const DAY = 86_400_000;
const ISSUING = "O=Example Trust, CN=Example Issuing E5";
const LETS_ENCRYPT = "https://acme-v02.api.letsencrypt.org/directory";

/** A certificate of before has ended by so many days, or ends in so many. */
function version(number: number, names: string[], from: number, until: number, by: string, issuer = ISSUING): CertificateVersion {
  return { version: number, names, issuer, fingerprint: hex(64), key_type: "ECDSA P-256", not_before: iso(-from * DAY), not_after: iso(-until * DAY), days_left: Math.floor(until), created_by: by, inserted_at: iso(Math.max(0, -from) * DAY) };
}

function stored(slug: string, description: string, versions: CertificateVersion[], acme: CertificateAcme | null = null): Certificate {
  const at = versions[0]?.inserted_at ?? iso();
  return { id: uuid(), slug, description, source: acme === null ? "uploaded" : "acme", acme, current: versions[0] ?? null, versions, created_by: ME.email, inserted_at: versions.at(-1)?.inserted_at ?? at, updated_at: at };
}

function asked(domains: string[], change: Partial<CertificateAcme>): CertificateAcme {
  return { state: "issued", domains, contact: "ops@example.com", directory_url: LETS_ENCRYPT, directory_ca: null, external_key_id: null, failure: null, next_attempt_at: null, ...change };
}

export function certificates(): Certificate[] {
  const shop = ["shop.example.com", "www.shop.example.com", "old.example.com"];
  const partner = ["partner.example.com"];
  return [
    stored("web", "What customers see", [version(2, shop, -29, 61, "system"), version(1, shop, -89, 1, "system")], asked(shop, { next_attempt_at: iso(-31 * DAY) })),
    stored("api", "From the company's own authority; Grace has the key", [version(1, ["api.example.com"], -356, 9, "grace@example.com", "O=Example Corp, CN=Corp Issuing 2")]),
    stored("legacy", "", [version(3, ["legacy.example.com"], -368, -3, ME.email)]),
    stored(
      "partner",
      "",
      [version(1, partner, -65, 25, "system")],
      asked(partner, {
        state: "failed",
        failure: { at: iso(2 * 3_600_000), times: 4, reason: "partner.example.com: the certificate authority got 404 for http://partner.example.com/.well-known/acme-challenge/bX8q0nZ: the name leads somewhere else (urn:ietf:params:acme:error:unauthorized)" },
        next_attempt_at: iso(-6 * 3_600_000),
      }),
    ),
    stored("campaign", "For the spring campaign", [], asked(["spring.example.com", "www.spring.example.com"], { state: "ordered" })),
  ];
}

const bodyOf = (certificate: Certificate, warnings: string[] = []) => ({ certificate, chain: certificate.current ? CHAIN : null, warnings });

const found = (db: Db, slug: string | undefined): Certificate | undefined => db.certificates.find((certificate) => certificate.slug === slug);

/** What is wrong with a slug. */
function wrongSlug(db: Db, slug: string): Answer | null {
  if (!/^[a-z0-9]([a-z0-9-]{0,48}[a-z0-9])?$/.test(slug)) return refuse(422, "invalid", { slug: ["must have 1 to 50 lower-case letters, digits and inner hyphens"] });
  return found(db, slug) === undefined ? null : refuse(422, "invalid", { slug: ["is taken by another certificate of the project"] });
}

/** What is wrong with a chain and a key: whether they begin as such things do. */
function wrongPem({ chain, key }: CertificateReplace): Answer | null {
  if (!chain.includes("-----BEGIN CERTIFICATE-----")) return refuse(422, "invalid", { chain: ["holds no certificate (PEM, `-----BEGIN CERTIFICATE-----`)"] });
  return /-----BEGIN ([A-Z]+ )?PRIVATE KEY-----/.test(key) ? null : refuse(422, "invalid", { key: ["holds no private key (PEM)"] });
}

/** What is said of a chain of one. */
const warningsOf = (chain: string): string[] => (chain.split("BEGIN CERTIFICATE").length > 2 ? [] : ["the chain has only the certificate itself; clients that know its issuer from elsewhere take it, and no others"]);

export function list(db: Db): Answer {
  const all = db.certificates.toSorted((a, b) => (a.slug < b.slug ? -1 : 1));
  return ok({ certificates: all, total: all.length });
}

export function show(db: Db, slug: string | undefined): Answer {
  const certificate = found(db, slug);
  return certificate === undefined ? missing("Certificate") : ok(bodyOf(certificate));
}

export function create(db: Db, { slug, description, ...pem }: CertificateCreate): Answer {
  const refused = wrongPem(pem) ?? wrongSlug(db, slug);
  if (refused !== null) return refused;
  const made = stored(slug, description ?? "", [version(1, [`${slug}.example.com`], 0, 90, ME.email)]);
  db.certificates.push(made);
  record(db, "certificate.created", "certificate", made.id, { slug }, ME_ACTOR);
  return ok(bodyOf(made, warningsOf(pem.chain)), 201);
}

export function request(db: Db, { slug, description, domains, contact, directory_url, external_account }: CertificateRequest): Answer {
  if (domains.length === 0) return refuse(422, "invalid", { domains: ["must have 1 to 100 names, not 0"] });
  const wild = domains.findIndex((name) => name.startsWith("*."));
  if (wild >= 0) return refuse(422, "invalid", { [`domains.${wild}`]: ["is a wildcard, which cannot be proven over HTTP; name each name, or upload a certificate"] });
  const short = domains.findIndex((name) => !name.includes("."));
  if (short >= 0) return refuse(422, "invalid", { [`domains.${short}`]: ["must be a whole DNS name in lower case, such as shop.example.com; other scripts as xn-- labels"] });
  if (!contact.includes("@")) return refuse(422, "invalid", { contact: ["must be an e-mail address"] });
  if (directory_url && !directory_url.startsWith("https://")) return refuse(422, "invalid", { directory_url: ["must begin with https://"] });
  if (external_account && external_account.key_id === "") return refuse(422, "invalid", { "external_account.key_id": ["must have 1 to 256 visible characters"] });
  const refused = wrongSlug(db, slug);
  if (refused !== null) return refused;
  const made = stored(slug, description ?? "", [], asked(domains, { state: "ordered", contact, directory_url: directory_url ?? LETS_ENCRYPT, external_key_id: external_account?.key_id ?? null }));
  db.certificates.push(made);
  record(db, "certificate.requested", "certificate", made.id, { slug, domains: domains.join(", ") }, ME_ACTOR);
  return ok(bodyOf(made), 201);
}

function newest(certificate: Certificate, next: CertificateVersion): void {
  Object.assign(certificate, { current: next, versions: [next, ...certificate.versions].slice(0, 5), updated_at: iso() });
}

export function replace(db: Db, slug: string | undefined, pem: CertificateReplace): Answer {
  const certificate = found(db, slug);
  if (certificate === undefined) return missing("Certificate");
  if (certificate.acme) return refuse(409, "conflict", "the certificate is issued by a certificate authority; have it renewed instead");
  const refused = wrongPem(pem);
  if (refused !== null) return refused;
  newest(certificate, version((certificate.current?.version ?? 0) + 1, certificate.current?.names ?? [], 0, 90, ME.email));
  record(db, "certificate.replaced", "certificate", certificate.id, { slug: certificate.slug }, ME_ACTOR);
  return ok(bodyOf(certificate, warningsOf(pem.chain)));
}

export function renew(db: Db, slug: string | undefined): Answer {
  const certificate = found(db, slug);
  if (certificate === undefined) return missing("Certificate");
  if (!certificate.acme) return refuse(409, "conflict", "the certificate was uploaded; nobody can be asked for it");
  certificate.acme = { ...certificate.acme, state: "ordered", next_attempt_at: null };
  certificate.updated_at = iso();
  record(db, "certificate.renewal_asked", "certificate", certificate.id, { slug: certificate.slug }, ME_ACTOR);
  return ok(bodyOf(certificate));
}

export function update(db: Db, slug: string | undefined, description: string): Answer {
  const certificate = found(db, slug);
  if (certificate === undefined) return missing("Certificate");
  Object.assign(certificate, { description, updated_at: iso() });
  record(db, "certificate.updated", "certificate", certificate.id, { slug: certificate.slug, description }, ME_ACTOR);
  return ok(bodyOf(certificate));
}

export function remove(db: Db, slug: string | undefined): Answer {
  const certificate = found(db, slug);
  if (certificate === undefined) return missing("Certificate");
  const [use] = usesOf(db.configuration, certificate.slug);
  if (use !== undefined) return refuse(409, "conflict", `the certificate ${certificate.slug} is in use: the listener '${use.listener}' shows it`);
  db.certificates = db.certificates.filter((other) => other !== certificate);
  record(db, "certificate.deleted", "certificate", certificate.id, { slug: certificate.slug }, ME_ACTOR);
  return { status: 204 };
}
