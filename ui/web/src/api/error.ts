import type { Problem } from "./types";

/** A refusal by the server, or (status 0) a server that could not be reached. */
export class ApiError extends Error {
  /** HTTP status; 0 when no answer came. */
  readonly status: number;
  /** Stable word, such as `not_found`; `network` when no answer came. */
  readonly code: string;
  /** Sentences by field path, where the refusal is about fields. */
  readonly fields: Readonly<Record<string, string[]>>;
  readonly details: unknown;

  constructor(status: number, code: string, message: string, fields: Record<string, string[]> = {}, details?: unknown) {
    super(message);
    this.name = "ApiError";
    this.status = status;
    this.code = code;
    this.fields = fields;
    this.details = details;
  }

  /** What is wrong in a refused configuration; empty for other refusals. */
  get problems(): Problem[] {
    const details = this.details as { problems?: Problem[] } | undefined;
    return this.code === "invalid_config" && Array.isArray(details?.problems) ? details.problems : [];
  }
}

/** The error that an answer's body describes, whatever the body is. */
export function errorFrom(status: number, body: unknown): ApiError {
  const { error, code, details } = (typeof body === "object" && body !== null ? body : {}) as Record<string, unknown>;
  const word = typeof code === "string" ? code : "unexpected";
  if (typeof error === "string") return new ApiError(status, word, error, {}, details);
  if (typeof error === "object" && error !== null) {
    const fields: Record<string, string[]> = {};
    for (const [field, messages] of Object.entries(error)) {
      fields[field] = Array.isArray(messages) ? messages.map(String) : [String(messages)];
    }
    const sentence = Object.entries(fields).map(([field, messages]) => `${field} ${messages.join(", ")}`);
    return new ApiError(status, word, sentence.join("; "), fields, details);
  }
  return new ApiError(status, word, `The server answered ${status} without saying why.`);
}

/** What a person can do about an error; empty when the message says all. */
export function advice(error: ApiError): string {
  switch (error.code) {
    case "network":
      return "The member does not answer. Check that it runs and that you can reach it.";
    case "forbidden":
      return "Ask an administrator of the org for a higher role.";
    case "no_leader":
    case "no_quorum":
      return "Nothing was changed. Writes work again as soon as a majority of members can talk to each other.";
    case "outcome_unknown":
      return "The change may or may not have happened. Trying again is safe: it is recognised and not made twice.";
    case "internal":
      return "The member's log has the cause.";
    default:
      return "";
  }
}

/** Any thrown thing as an [`ApiError`], so that every part of the UI shows errors one way. */
export function asApiError(thrown: unknown): ApiError {
  if (thrown instanceof ApiError) return thrown;
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return new ApiError(0, "client", message);
}
