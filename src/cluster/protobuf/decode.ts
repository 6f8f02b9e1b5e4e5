import { badRequest } from "../../api/index.ts";
import { formatDuration } from "../../base/duration.ts";
import { formatRfc3339 } from "../../base/time.ts";
import { type Message, type MessageField, messageOf, messageOfKind } from "./messages.ts";
import { readFields, type WireField } from "./reader.ts";

const magic = [0x6b, 0x38, 0x73, 0x00]; // "k8s\0"
const depthLimit = 100;
const schemaProps = "apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaProps";

/**
 * Reads an object that a client wrote as `application/vnd.kubernetes.protobuf`, as the JSON it stands for. Clients that know
 * Kubernetes' Go types write their requests so; answers they take as JSON. Throws BadRequest.
 */
export function decodeProtobuf(bytes: Uint8Array): Record<string, unknown> {
  if (!magic.every((byte, index) => bytes[index] === byte)) {
    throw badRequest("provided data does not appear to be a protobuf message, expected prefix [107 56 115 0]");
  }
  let apiVersion = "";
  let kind = "";
  let raw: Uint8Array = new Uint8Array();
  for (const field of readFields(bytes.subarray(magic.length))) {
    if (field.number === 1 && field.wire === "bytes") {
      for (const part of readFields(field.value)) {
        if (part.wire !== "bytes") continue;
        if (part.number === 1) apiVersion = text(part.value);
        else if (part.number === 2) kind = text(part.value);
      }
    } else if (field.number === 2 && field.wire === "bytes") raw = field.value;
  }
  const slash = apiVersion.indexOf("/");
  const group = slash < 0 ? "" : apiVersion.slice(0, slash);
  const version = apiVersion.slice(slash + 1);
  // Clients name the group that DeleteOptions are for; the type is the same everywhere.
  const message = kind === "DeleteOptions" ? messageOfKind("", "v1", kind) : messageOfKind(group, version, kind);
  if (message === undefined)
    throw badRequest(`no kind ${JSON.stringify(kind)} is registered for version ${JSON.stringify(apiVersion)}`);
  return { kind, apiVersion, ...decodeMessage(message, raw, 0) };
}

function decodeMessage(message: Message, bytes: Uint8Array, depth: number): Record<string, unknown> {
  if (depth > depthLimit) throw badRequest("exceeded max depth");
  const fields = new Map<string, unknown>();
  for (const wire of readFields(bytes)) {
    const field = message.get(wire.number);
    if (field === undefined) continue;
    if (field.inline) {
      const embedded = messageOf(field.type);
      if (embedded === undefined || wire.wire !== "bytes") continue;
      for (const [name, value] of Object.entries(decodeMessage(embedded, wire.value, depth + 1)))
        fields.set(name, value);
    } else if (field.map) {
      const [key, value] = decodeEntry(field, wire, depth);
      fields.set(field.name, [...((fields.get(field.name) as [string, unknown][] | undefined) ?? []), [key, value]]);
    } else {
      const value = decodeValue(field.type, wire, depth);
      if (field.repeated) {
        const list = fields.get(field.name) as unknown[] | undefined;
        if (list === undefined) fields.set(field.name, [value]);
        else list.push(value);
      } else if (value !== undefined && !((field.omitZero || field.omitEmpty) && isZero(value)))
        fields.set(field.name, value);
    }
  }
  for (const field of message.values()) {
    const entries = field.map ? fields.get(field.name) : undefined;
    if (entries !== undefined) fields.set(field.name, Object.fromEntries(entries as [string, unknown][]));
  }
  return Object.fromEntries(fields);
}

function isZero(value: unknown): boolean {
  return value === "" || value === 0 || value === false;
}

function decodeEntry(field: MessageField, wire: WireField, depth: number): [string, unknown] {
  if (wire.wire !== "bytes") throw badRequest("proto: wrong wireType for a map");
  let key = "";
  let value: unknown = field.type === "string" || field.type === "bytes" ? "" : undefined;
  for (const part of readFields(wire.value)) {
    if (part.number === 1 && part.wire === "bytes") key = text(part.value);
    else if (part.number === 2) value = decodeValue(field.type, part, depth);
  }
  return [key, value];
}

/** One value as JSON has it; undefined for the zero time. */
function decodeValue(type: string, wire: WireField, depth: number): unknown {
  if (wire.wire === "varint") {
    if (type === "bool") return wire.value !== 0n;
    return Number(BigInt.asIntN(64, wire.value));
  }
  if (wire.wire === "fixed64") return wire.value.getFloat64(0, true);
  if (wire.wire === "fixed32") return wire.value.getFloat32(0, true);
  const { value: bytes } = wire;
  switch (type) {
    case "string":
      return text(bytes);
    case "bytes":
      return toBase64(bytes);
    case "quantity":
      return firstText(bytes) ?? "0";
    case "time":
      return toTime(bytes, "time");
    case "microtime":
      return toTime(bytes, "microtime");
    case "duration":
      return formatDuration(Number(integers(bytes).get(1) ?? 0n) / 1e6);
    case "intorstring": {
      const found = integers(bytes);
      return (found.get(1) ?? 0n) === 0n ? Number(found.get(2) ?? 0n) : (textAt(bytes, 3) ?? "");
    }
    case "raw":
      return toJson(bytes);
    case "list":
      return [...readFields(bytes)].flatMap((field) => (field.wire === "bytes" ? [text(field.value)] : []));
    case "orbool":
    case "orarray":
    case "orstrings":
      return toUnion(type, bytes, depth);
    default: {
      const message = messageOf(type);
      if (message === undefined) throw badRequest(`proto: wrong wireType for ${type}`);
      return decodeMessage(message, bytes, depth + 1);
    }
  }
}

/** The three unions of JSONSchemaProps: a schema, or a boolean, several schemas, or strings. */
function toUnion(type: "orbool" | "orarray" | "orstrings", bytes: Uint8Array, depth: number): unknown {
  const schema = messageOf(schemaProps)!;
  const several: unknown[] = [];
  let one: unknown;
  let allowed = false;
  const schemaAt = type === "orbool" ? 2 : 1;
  for (const field of readFields(bytes)) {
    if (field.wire === "varint") allowed = field.value !== 0n;
    else if (field.wire !== "bytes") continue;
    else if (field.number === schemaAt) one = decodeMessage(schema, field.value, depth + 1);
    else several.push(type === "orstrings" ? text(field.value) : decodeMessage(schema, field.value, depth + 1));
  }
  if (one !== undefined) return one;
  return type === "orbool" ? allowed : several;
}

function toJson(bytes: Uint8Array): unknown {
  const raw = [...readFields(bytes)].find(({ number }) => number === 1);
  // Go keeps a JSON null as no bytes at all.
  if (raw === undefined || raw.wire !== "bytes" || raw.value.byteLength === 0) return null;
  try {
    return JSON.parse(text(raw.value)) as unknown;
  } catch {
    throw badRequest("a raw value in the body is not JSON");
  }
}

function toTime(bytes: Uint8Array, precision: "time" | "microtime"): string | undefined {
  const found = integers(bytes);
  if (!found.has(1)) return undefined;
  const seconds = Number(BigInt.asIntN(64, found.get(1) ?? 0n));
  const nanoseconds = Number(found.get(2) ?? 0n);
  // Go's zero time: the year 1.
  if (seconds === -62_135_596_800) return undefined;
  const whole = formatRfc3339({ seconds, nanoseconds: 0, offsetMinutes: 0 });
  if (precision === "time") return whole;
  return `${whole.slice(0, -1)}.${String(Math.floor(nanoseconds / 1000)).padStart(6, "0")}Z`;
}

function integers(bytes: Uint8Array): ReadonlyMap<number, bigint> {
  const found = new Map<number, bigint>();
  for (const field of readFields(bytes)) if (field.wire === "varint") found.set(field.number, field.value);
  return found;
}

function firstText(bytes: Uint8Array): string | undefined {
  return textAt(bytes, 1);
}

function textAt(bytes: Uint8Array, number: number): string | undefined {
  for (const field of readFields(bytes)) {
    if (field.number === number && field.wire === "bytes") return text(field.value);
  }
  return undefined;
}

const utf8 = new TextDecoder("utf-8", { fatal: true });

function text(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes);
  } catch {
    throw badRequest("proto: a string is not valid UTF-8");
  }
}

function toBase64(bytes: Uint8Array): string {
  let binary = "";
  for (let at = 0; at < bytes.byteLength; at += 0x8000)
    binary += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
  return btoa(binary);
}
