import found from "./messages.json" with { type: "json" };

/** How one field of a Go type is written in protobuf and in JSON. */
export interface MessageField {
  /** The field's name in JSON; empty where the fields of an embedded type stand in its place. */
  readonly name: string;
  readonly inline: boolean;
  readonly repeated: boolean;
  readonly pointer: boolean;
  /** Go's omitempty: JSON leaves out zero scalars, empty lists and maps; protobuf writes them all the same. */
  readonly omitEmpty: boolean;
  /** Go's omitzero: JSON leaves out structs without content too. */
  readonly omitZero: boolean;
  readonly map: boolean;
  /** A scalar, one of the types that have a form of their own in JSON, or the name of a message. */
  readonly type: string;
}

export type Message = ReadonlyMap<number, MessageField>;

const kinds = new Map<string, string>(Object.entries(found.kinds));
const texts = new Map<string, string>(Object.entries(found.messages));
const messages = new Map<string, Message>();

/** The message of one of Kubernetes' own kinds; undefined for a kind that has none. */
export function messageOfKind(group: string, version: string, kind: string): Message | undefined {
  const name = kinds.get(`${group}/${version}/${kind}`);
  return name === undefined ? undefined : messageOf(name);
}

/** A message by its name; undefined for a scalar. Parsed on first use. */
export function messageOf(name: string): Message | undefined {
  const known = messages.get(name);
  if (known !== undefined) return known;
  const text = texts.get(name);
  if (text === undefined) return undefined;
  const message = new Map(
    text
      .split(";")
      .filter((line) => line !== "")
      .map((line) => {
        const [number = "", flags = "", field = "", type = ""] = line.split(" ");
        const isMap = type.startsWith("map:");
        return [
          Number(number),
          {
            name: field,
            inline: flags.includes("i"),
            repeated: flags.includes("r"),
            pointer: flags.includes("p"),
            omitEmpty: flags.includes("o"),
            omitZero: flags.includes("z"),
            map: isMap,
            type: isMap ? type.slice(4) : type,
          },
        ] as const;
      }),
  );
  messages.set(name, message);
  return message;
}
