import { badRequest } from "../../api/index.ts";

/** Where the next page of a list begins: in the state of which revision, and from which key. */
export interface Continue {
  /** -1: whatever is there by then. */
  readonly revision: number;
  readonly start: string;
}

export function encodeContinue({ revision, start }: Continue): string {
  const json = JSON.stringify({ v: "meta.k8s.io/v1", rv: revision, start });
  return btoa(String.fromCharCode(...new TextEncoder().encode(json)))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "");
}

/** Reads a token of ours. Throws BadRequest. */
export function decodeContinue(token: string): { readonly revision: number | undefined; readonly start: string } {
  const { rv, start, v } = parse(token);
  if (v !== "meta.k8s.io/v1" || typeof start !== "string" || typeof rv !== "number" || !Number.isSafeInteger(rv)) {
    throw badRequest(
      "invalid continue token: continue key is not valid: incorrect encoded start resourceVersion (version meta.k8s.io/v1)",
    );
  }
  return { revision: rv < 0 ? undefined : rv, start };
}

function parse(token: string): { readonly rv?: unknown; readonly start?: unknown; readonly v?: unknown } {
  try {
    const bytes = Uint8Array.from(atob(token.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));
    const value: unknown = JSON.parse(new TextDecoder().decode(bytes));
    return typeof value === "object" && value !== null ? value : {};
  } catch (thrown) {
    throw badRequest(
      `invalid continue token: continue key is not valid: ${thrown instanceof SyntaxError ? thrown.message : "illegal base64 data at input byte 0"}`,
    );
  }
}
