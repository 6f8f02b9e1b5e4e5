import type { KubeObject } from "../../api/index.ts";
import { isValues } from "../../base/value.ts";
import { type Message, type MessageField, messageOf, messageOfKind } from "../protobuf/messages.ts";
import type { Resource } from "../registry/resource.ts";

/**
 * Canonicalize: the object as Go's types write it. Fields that a type leaves out when they are empty go, those that it always
 * writes come. Custom kinds have no Go type and stay as they are.
 */
export function canonicalize(resource: Resource, object: KubeObject): KubeObject {
  if (resource.custom) return object;
  const message = messageOfKind(resource.group, resource.version, resource.kind);
  if (message === undefined) return object;
  const { apiVersion, kind, metadata, ...rest } = object;
  const fields = canonicalFields(message, rest);
  fields.delete("metadata");
  return { apiVersion, kind, metadata, ...Object.fromEntries(fields) } as KubeObject;
}

function canonicalFields(message: Message, value: Readonly<Record<string, unknown>>): Map<string, unknown> {
  const fields = new Map(Object.entries(value));
  for (const field of message.values()) {
    if (field.inline) {
      const embedded = messageOf(field.type);
      if (embedded === undefined) continue;
      const inner = canonicalFields(embedded, Object.fromEntries(fields));
      for (const name of fields.keys()) if (!inner.has(name)) fields.delete(name);
      for (const [name, part] of inner) fields.set(name, part);
      continue;
    }
    const next = canonicalValue(field, fields.get(field.name));
    if (next === undefined) fields.delete(field.name);
    else fields.set(field.name, next);
  }
  return fields;
}

/** The value that is written for a field; undefined where none is. */
function canonicalValue(field: MessageField, value: unknown): unknown {
  if (field.repeated || field.map) {
    if (value === undefined || value === null) return field.omitEmpty ? undefined : null;
    if (field.omitEmpty && Object.keys(value).length === 0) return undefined;
    const element = messageOf(field.type);
    if (element === undefined) return value;
    if (Array.isArray(value)) return value.map((item: unknown) => within(element, item));
    return isValues(value)
      ? Object.fromEntries(Object.entries(value).map(([key, item]) => [key, within(element, item)]))
      : value;
  }
  if (field.pointer) {
    if (value === undefined || value === null) return undefined;
    const target = messageOf(field.type);
    return target === undefined ? value : within(target, value);
  }
  const target = messageOf(field.type);
  if (target !== undefined) {
    if (value === undefined || value === null) return field.omitZero ? undefined : within(target, {});
    const next = within(target, value);
    return field.omitZero && isValues(next) && Object.keys(next).length === 0 ? undefined : next;
  }
  return canonicalScalar(field, value);
}

function within(message: Message, value: unknown): unknown {
  return isValues(value) ? Object.fromEntries(canonicalFields(message, value)) : value;
}

function canonicalScalar({ type, omitEmpty, omitZero }: MessageField, value: unknown): unknown {
  const mayOmit = omitEmpty || omitZero;
  switch (type) {
    case "string":
      return value === undefined || value === null || value === "" ? (mayOmit ? undefined : "") : value;
    case "int":
    case "double":
      return value === undefined || value === null || value === 0 ? (mayOmit ? undefined : 0) : value;
    case "bool":
      return value === undefined || value === null || value === false ? (mayOmit ? undefined : false) : value;
    case "time":
    case "microtime":
      return value === undefined || value === null ? (omitZero ? undefined : null) : value;
    case "quantity":
      return value === undefined || value === null ? (omitZero ? undefined : "0") : value;
    case "bytes":
      return value === undefined || value === null || value === "" ? (mayOmit ? undefined : null) : value;
    default:
      return value ?? undefined;
  }
}
