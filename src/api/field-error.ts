import { goQuote } from "../base/go-quote.ts";
import { compareBytes } from "../base/value.ts";

/** What is wrong with one field, as `details.causes` of a Status says it. */
export interface FieldError {
  readonly reason: FieldErrorReason;
  /** The path: `spec.versions[0].name`, `metadata.annotations[a.b/c]`. */
  readonly field: string;
  /** The text without the path: `Required value: must be set`. */
  readonly message: string;
}

export type FieldErrorReason =
  | "FieldValueNotFound"
  | "FieldValueRequired"
  | "FieldValueDuplicate"
  | "FieldValueInvalid"
  | "FieldValueTypeInvalid"
  | "FieldValueNotSupported"
  | "FieldValueForbidden"
  | "FieldValueTooLong"
  | "FieldValueTooShort"
  | "FieldValueTooMany"
  | "FieldValueTooFew"
  | "InternalError";

/** The API server's field errors, with its texts. */
export const fieldError = {
  required: (field: string, detail = ""): FieldError => withoutValue("FieldValueRequired", field, detail),
  forbidden: (field: string, detail: string): FieldError => withoutValue("FieldValueForbidden", field, detail),
  internal: (field: string, detail: string): FieldError => withoutValue("InternalError", field, detail),
  invalid: (field: string, value: unknown, detail: string): FieldError =>
    withValue("FieldValueInvalid", field, value, detail),
  typeInvalid: (field: string, value: unknown, detail: string): FieldError =>
    withValue("FieldValueTypeInvalid", field, value, detail),
  duplicate: (field: string, value: unknown): FieldError => withValue("FieldValueDuplicate", field, value, ""),
  notFound: (field: string, value: unknown): FieldError => withValue("FieldValueNotFound", field, value, ""),

  notSupported(field: string, value: unknown, supported: readonly string[]): FieldError {
    const detail = supported.length === 0 ? "" : `supported values: ${supported.map(goQuote).join(", ")}`;
    return withValue("FieldValueNotSupported", field, value, detail);
  },

  tooLong(field: string, limit: number, unit: "byte" | "character" = "byte"): FieldError {
    const detail = limit < 0 ? "value is too long" : `may not be more than ${limit} ${unit}${limit === 1 ? "" : "s"}`;
    return withoutValue("FieldValueTooLong", field, detail);
  },

  tooMany(field: string, count: number, limit: number): FieldError {
    const detail = limit < 0 ? "has too many items" : `must have at most ${limit} ${limit === 1 ? "item" : "items"}`;
    return count < 0
      ? withoutValue("FieldValueTooMany", field, detail)
      : withValue("FieldValueTooMany", field, count, detail);
  },
} as const;

const names: Readonly<Record<FieldErrorReason, string>> = {
  FieldValueNotFound: "Not found",
  FieldValueRequired: "Required value",
  FieldValueDuplicate: "Duplicate value",
  FieldValueInvalid: "Invalid value",
  FieldValueTypeInvalid: "Invalid value",
  FieldValueNotSupported: "Unsupported value",
  FieldValueForbidden: "Forbidden",
  FieldValueTooLong: "Too long",
  FieldValueTooShort: "Too short",
  FieldValueTooMany: "Too many",
  FieldValueTooFew: "Too few",
  InternalError: "Internal error",
};

function withoutValue(reason: FieldErrorReason, field: string, detail: string): FieldError {
  return { reason, field, message: detail === "" ? names[reason] : `${names[reason]}: ${detail}` };
}

function withValue(reason: FieldErrorReason, field: string, value: unknown, detail: string): FieldError {
  const shown = typeof value === "string" ? goQuote(value) : goJson(value);
  const message = `${names[reason]}: ${shown}`;
  return { reason, field, message: detail === "" ? message : `${message}: ${detail}` };
}

/** JSON as Go's encoding/json writes it: keys sorted by bytes, HTML characters escaped. */
function goJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(goJson).join(",")}]`;
  if (typeof value === "object" && value !== null) {
    const entries = Object.entries(value).sort(([a], [b]) => compareBytes(a, b));
    return `{${entries.map(([key, item]) => `${goJson(key)}:${goJson(item)}`).join(",")}}`;
  }
  if (value === undefined) return "null";
  if (typeof value === "bigint") return String(value);
  return JSON.stringify(value).replace(
    /[<>&\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
