/** A commit or a tag, taken apart into what was signed and the signature. */
export interface SignedObject {
  readonly payload: Uint8Array;
  /** Armored; empty where there is none. */
  readonly signature: string;
}

const armorOfTags = /^-----BEGIN (?:PGP|SSH) SIGNATURE-----$/;

/**
 * Takes a commit apart. The signature is the header `gpgsig`, whose lines after the first begin with a space; what was
 * signed is the commit without its signature headers, byte for byte.
 */
export function splitCommit(content: Uint8Array): SignedObject {
  const { kept, signature } = splitHeaders(content);
  return { payload: kept, signature };
}

/** Takes a tag apart. Its signature stands at the end, after the message. */
export function splitTag(content: Uint8Array): SignedObject {
  const { kept } = splitHeaders(content);
  const lines = linesOf(kept);
  const from = lines.findLastIndex((line) => armorOfTags.test(line.trimEnd()));
  const header = lines.findIndex((line) => line === "\n");
  if (from < 0 || header < 0 || from < header) return { payload: kept, signature: "" };
  const payload = lines.slice(0, from).join("");
  return { payload: Buffer.from(payload, "latin1"), signature: lines.slice(from).join("") };
}

function splitHeaders(content: Uint8Array): { readonly kept: Uint8Array; readonly signature: string } {
  const kept: string[] = [];
  const signature: string[] = [];
  let place: "header" | "gpgsig" | "other signature" | "message" = "header";
  for (const line of linesOf(content)) {
    const isMore = (place === "gpgsig" || place === "other signature") && line.startsWith(" ");
    if (place !== "message" && !isMore)
      place = line.startsWith("gpgsig ")
        ? "gpgsig"
        : line.startsWith("gpgsig-sha256 ")
          ? "other signature"
          : line === "\n"
            ? "message"
            : "header";
    switch (place) {
      case "gpgsig":
        signature.push(line.slice(line.indexOf(" ") + 1));
        break;
      case "other signature":
        break;
      case "header":
      case "message":
        kept.push(line);
        break;
    }
  }
  return { kept: Buffer.from(kept.join(""), "latin1"), signature: signature.join("") };
}

/** The lines with their line feeds; bytes are kept as they are. */
function linesOf(content: Uint8Array): readonly string[] {
  return (
    Buffer.from(content)
      .toString("latin1")
      .match(/[^\n]*\n|[^\n]+$/g) ?? []
  );
}
