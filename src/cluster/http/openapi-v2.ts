/** The media type in which client-go asks for the document, and the one that it is answered with: `@` cannot stand in a media type. */
const asked = "application/com.github.proto-openapi.spec.v2@v1.0+protobuf";
const answered = "application/com.github.proto-openapi.spec.v2.v1.0+protobuf";

const info = { title: "Kubernetes", version: "v1.36.3" } as const;

/**
 * `/openapi/v2` without a definition. Clients of today read v3; they come here for kinds that v3 does not have, such as List, and check nothing
 * where this has none either.
 */
export function openApiV2(accept: string): Response {
  if (accept.includes(asked)) return new Response(document, { headers: { "content-type": answered, vary: "Accept" } });
  const body = JSON.stringify({ swagger: "2.0", info, paths: {}, definitions: {} });
  return new Response(body, { headers: { "content-type": "application/json", vary: "Accept" } });
}

// gnostic: message Document { string swagger = 1; Info info = 2; … Paths paths = 8; }, Info { string title = 1; string version = 2; … }.
const document = message([
  [1, "2.0"],
  [
    2,
    message([
      [1, info.title],
      [2, info.version],
    ]),
  ],
  [8, message([])],
]);

/** A protobuf message of texts and messages, each shorter than 128 bytes. */
function message(fields: readonly (readonly [number, string | Uint8Array])[]): Uint8Array<ArrayBuffer> {
  const bytes = fields.flatMap(([number, value]) => {
    const content = typeof value === "string" ? new TextEncoder().encode(value) : value;
    return [(number << 3) | 2, content.length, ...content];
  });
  return new Uint8Array(bytes);
}
