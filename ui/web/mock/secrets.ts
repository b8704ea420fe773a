// Secrets of the mocked API. Their values are looked at and forgotten: nothing asks for one.
import type { ConfigDocument, ConfigKind, ProjectSecret, ProjectSecretCreate, SecretUse } from "../src/api/types.ts";
import { type Answer, ME_ACTOR, missing, ok, refuse } from "./answer.ts";
import { type Db, iso, ME, PROJECT } from "./db.ts";
import { record } from "./engine.ts";
import { environmentOf, refOf } from "./environments.ts";
import { uuid } from "./random.ts";

/** What is not counted anew each time. */
export type StoredSecret = Omit<ProjectSecret, "uses" | "environment"> & { environment_id: string | null };

const DAY = 86_400_000;

function stored(name: string, description: string, environment_id: string | null, rotations: [by: string, msAgo: number][]): StoredSecret {
  const versions = rotations.map(([created_by, msAgo], place) => ({ version: rotations.length - place, created_by, inserted_at: iso(msAgo) }));
  const [newest, oldest] = [versions[0], versions.at(-1)];
  const at = newest?.inserted_at ?? iso();
  return { id: uuid(), name, description, environment_id, version: rotations.length, versions, created_by: oldest?.created_by ?? ME.email, inserted_at: oldest?.inserted_at ?? at, last_rotated_at: at, updated_at: at };
}

export function secrets(production: string | undefined): StoredSecret[] {
  return [
    stored("SEARCH_TOKEN", "What the search answers to; from the vault of the search team", null, [["grace@example.com", 6 * 3_600_000], [ME.email, 41 * DAY], [ME.email, 130 * DAY]]),
    stored("SEARCH_TOKEN", "", production ?? null, [["grace@example.com", 5 * 3_600_000]]),
    stored("OLD_SEARCH_TOKEN", "Of the search before this one; may go", null, [[ME.email, 300 * DAY]]),
  ];
}

const KINDS = { settings: "settings", listeners: "listener", services: "service", upstream_groups: "upstream_group", middlewares: "middleware", trust_stores: "trust_store" } as const satisfies Record<string, ConfigKind>;

/** Paths of the fields below `value` that name the secret. */
function naming(value: unknown, name: string, path: string): string[] {
  if (typeof value === "string") return value.includes(`\${secrets.${name}}`) ? [path] : [];
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, below]) => naming(below, name, Array.isArray(value) ? `${path}[${key}]` : path === "" ? key : `${path}.${key}`));
}

function uses(document: ConfigDocument, name: string): SecretUse[] {
  return Object.entries(KINDS).flatMap(([plural, kind]) => {
    const found = (document as unknown as Record<string, Record<string, unknown> | undefined>)[plural] ?? {};
    const objects = kind === "settings" ? { default: found } : found;
    return Object.entries(objects).flatMap(([slug, object]) => {
      const fields = naming(object, name, "");
      return fields.length === 0 ? [] : [{ kind, slug, fields }];
    });
  });
}

function shape(db: Db, { environment_id, ...rest }: StoredSecret): ProjectSecret {
  const environment = environmentOf(db, environment_id);
  return { ...rest, environment: environment === undefined ? null : refOf(environment), uses: uses(db.configuration, rest.name).length };
}

const bodyOf = (db: Db, secret: StoredSecret) => ({ secret: shape(db, secret), used_by: uses(db.configuration, secret.name) });

const found = (db: Db, id: string | undefined): StoredSecret | undefined => db.secrets.find((secret) => secret.id === id);

/** What is wrong with a value, and nothing of it. */
function wrong(value: string): Answer | null {
  const bytes = new TextEncoder().encode(value).length;
  return bytes >= 1 && bytes <= 65_536 ? null : refuse(422, "invalid", { value: [`must have 1 to 65536 bytes, not ${bytes}`] });
}

export function list(db: Db): Answer {
  const place = (secret: ProjectSecret): string => `${secret.name} ${secret.environment?.slug ?? ""}`;
  const all = db.secrets.map((secret) => shape(db, secret)).toSorted((a, b) => (place(a) < place(b) ? -1 : 1));
  return ok({ secrets: all, total: all.length });
}

export function show(db: Db, id: string | undefined): Answer {
  const secret = found(db, id);
  return secret === undefined ? missing("Secret") : ok(bodyOf(db, secret));
}

export function create(db: Db, { name, environment, description, value }: ProjectSecretCreate): Answer {
  if (!/^[A-Z][A-Z0-9_]{0,63}$/.test(name)) return refuse(422, "invalid", { name: ["must have 1 to 64 capital letters, digits and '_', a letter first"] });
  const refused = wrong(value);
  if (refused !== null) return refused;
  const place = environment ? environmentOf(db, environment) : undefined;
  if (environment && place === undefined) return missing("Environment");
  if (db.secrets.some((secret) => secret.name === name && secret.environment_id === (place?.id ?? null))) return refuse(422, "invalid", { name: ["is taken by another secret for the same nodes"] });
  const made = stored(name, description ?? "", place?.id ?? null, [[ME.email, 0]]);
  db.secrets.push(made);
  record(db, "secret.created", "secret", made.id, { name, environment: place?.slug ?? "" }, ME_ACTOR);
  return ok(bodyOf(db, made), 201);
}

export function rotate(db: Db, id: string | undefined, value: string): Answer {
  const secret = found(db, id);
  if (secret === undefined) return missing("Secret");
  const refused = wrong(value);
  if (refused !== null) return refused;
  const at = iso();
  secret.version += 1;
  secret.versions = [{ version: secret.version, created_by: ME.email, inserted_at: at }, ...secret.versions].slice(0, 5);
  Object.assign(secret, { last_rotated_at: at, updated_at: at });
  record(db, "secret.rotated", "secret", secret.id, { name: secret.name, version: String(secret.version) }, ME_ACTOR);
  return ok(bodyOf(db, secret));
}

export function update(db: Db, id: string | undefined, description: string): Answer {
  const secret = found(db, id);
  if (secret === undefined) return missing("Secret");
  Object.assign(secret, { description, updated_at: iso() });
  record(db, "secret.updated", "secret", secret.id, { name: secret.name, description }, ME_ACTOR);
  return ok(bodyOf(db, secret));
}

export function remove(db: Db, id: string | undefined): Answer {
  const secret = found(db, id);
  if (secret === undefined) return missing("Secret");
  const [first] = uses(db.configuration, secret.name);
  const standIn = secret.environment_id !== null && db.secrets.some((other) => other.name === secret.name && other.environment_id === null);
  if (first !== undefined && !standIn) return refuse(409, "conflict", `the secret ${secret.name} is in use: the ${first.kind.replace("_", " ")} '${first.slug}' names it in ${first.fields.join(", ")}`);
  db.secrets = db.secrets.filter((other) => other !== secret);
  record(db, "secret.deleted", "secret", secret.id, { name: secret.name }, ME_ACTOR);
  return { status: 204 };
}

/** Whether a project has any: the others of the mock are empty. */
export const has = (project: string | undefined): boolean => project === PROJECT.slug;
