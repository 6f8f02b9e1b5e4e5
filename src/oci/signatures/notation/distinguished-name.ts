/** Attributes of a name by their short types; `S` is `ST`. */
export type DistinguishedName = ReadonlyMap<string, string>;

const mandatory = ["C", "ST", "O"] as const;
const hint = "it must contain 'C', 'ST' or 'S', and 'O' RDN attributes at a minimum";

/** Reads `C=US, ST=WA, O=example.test` (RFC 4514). Throws with notation's words. */
export function parseDistinguishedName(text: string): DistinguishedName {
  const shown = JSON.stringify(text);
  if (text.includes("=#"))
    throw new Error(
      `unsupported distinguished name (DN) ${shown}: notation does not support x509.subject identities containing "=#"`,
    );
  const attributes: [string, string][] = [];
  for (const part of splitParts(text)) {
    const equals = part.indexOf("=");
    const type = part.slice(0, Math.max(equals, 0)).trim();
    if (type === "")
      throw new Error(`parsing distinguished name (DN) ${shown} failed: ${JSON.stringify(part)} has no type`);
    const value = part.slice(equals + 1);
    if (/(?<!\\)\+/.test(value))
      throw new Error(
        `distinguished name (DN) ${shown} has multi-valued RDN attributes, remove multi-valued RDN attributes as they are not supported`,
      );
    attributes.push([type, unescape(value.trim())]);
  }
  return toName(attributes, shown);
}

/** The subject of a certificate, as node:crypto gives it. Throws with notation's words. */
export function nameOfSubject(subject: string): DistinguishedName {
  const attributes = subject.split("\n").map((line): [string, string] => {
    const equals = line.indexOf("=");
    return [line.slice(0, equals), unescape(line.slice(equals + 1))];
  });
  return toName(attributes, JSON.stringify(subject.replaceAll("\n", ",")));
}

/** True when every attribute of the one is in the other, too. */
export function isSubsetOf(one: DistinguishedName, other: DistinguishedName): boolean {
  return [...one].every(([type, value]) => other.get(type) === value);
}

function toName(attributes: readonly (readonly [string, string])[], shown: string): DistinguishedName {
  const name = new Map<string, string>();
  for (const [type, value] of attributes) {
    const key = type === "S" ? "ST" : type;
    if (name.has(key))
      throw new Error(
        `distinguished name (DN) ${shown} has duplicate RDN attribute for ${JSON.stringify(key)}, DN can only have unique RDN attributes`,
      );
    name.set(key, value);
  }
  for (const key of mandatory)
    if ((name.get(key) ?? "") === "")
      throw new Error(
        `distinguished name (DN) ${shown} has no mandatory RDN attribute for ${JSON.stringify(key)}, ${hint}`,
      );
  return name;
}

/** Splits at commas that are not escaped. */
function splitParts(text: string): readonly string[] {
  const parts: string[] = [];
  let part = "";
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at] ?? "";
    if (character === "\\") {
      part += character + (text[at + 1] ?? "");
      at += 1;
    } else if (character === "," || character === ";") {
      parts.push(part);
      part = "";
    } else part += character;
  }
  parts.push(part);
  return parts.filter((one) => one.trim() !== "");
}

function unescape(value: string): string {
  return value.replace(/\\([0-9a-fA-F]{2}|.)/g, (_, escaped: string) =>
    escaped.length === 2 ? String.fromCharCode(Number.parseInt(escaped, 16)) : escaped,
  );
}
