/** The names that are written, one on each line or with blanks or commas between them. */
export const domainsOf = (text: string): string[] => text.split(/[\s,]+/).filter((name) => name !== "");

/** The field of the form for each field of a request; one of the names is in the field of them all. */
export function fieldOf(domains: readonly string[]): Record<string, string> {
  return {
    slug: "slug",
    contact: "contact",
    description: "description",
    domains: "domains",
    ...Object.fromEntries(domains.map((_, place) => [`domains.${place}`, "domains"])),
    directory_url: "directory",
    directory_ca: "authority",
    "external_account.key_id": "keyId",
    "external_account.hmac_key": "hmac",
  };
}
