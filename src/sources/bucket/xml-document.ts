import { SourceError } from "../errors.ts";

/** Reads the XML of an answer into plain data, all values as text. Throws Unreachable for what is not XML. */
export async function documentOf(text: string): Promise<Readonly<Record<string, unknown>>> {
  const { XMLParser, XMLValidator } = await import("fast-xml-parser");
  if (XMLValidator.validate(text) !== true)
    throw new SourceError("Unreachable", "the answer of the object store is not well-formed XML");
  const parser = new XMLParser({ parseTagValue: false, ignoreAttributes: true, processEntities: true });
  return parser.parse(text) as Readonly<Record<string, unknown>>;
}
