import { type FieldError, fieldError, type KubeObject } from "../../../api/index.ts";
import { isEqual } from "../../managed-fields/equality.ts";
import type { Strategy } from "../resource.ts";
import { partOf } from "./object.ts";

const keyPattern = /^[-._a-zA-Z0-9]+$/;
const limit = 1024 * 1024;

function keyProblems(field: string, data: unknown): readonly FieldError[] {
  return Object.keys(partOf(data)).flatMap((key) => {
    const at = `${field}[${key}]`;
    if (key.length > 253) return [fieldError.invalid(at, key, "must be no more than 253 bytes")];
    if (!keyPattern.test(key)) {
      return [
        fieldError.invalid(
          at,
          key,
          "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')",
        ),
      ];
    }
    if (key === "." || key === "..") return [fieldError.invalid(at, key, `must not be '${key}'`)];
    return [];
  });
}

function immutableProblems(next: KubeObject, old: KubeObject): readonly FieldError[] {
  if (old["immutable"] !== true) return [];
  const problems: FieldError[] = [];
  if (next["immutable"] !== true)
    problems.push(fieldError.forbidden("immutable", "field is immutable when `immutable` is set"));
  for (const field of ["data", "binaryData"]) {
    if (!isEqual(next[field], old[field]))
      problems.push(fieldError.forbidden(field, "field is immutable when `immutable` is set"));
  }
  return problems;
}

export const configMap: Partial<Strategy> = {
  validate(object) {
    const data = partOf(object["data"]);
    const binary = partOf(object["binaryData"]);
    const problems = [...keyProblems("data", data), ...keyProblems("binaryData", binary)];
    for (const key of Object.keys(data)) {
      if (Object.hasOwn(binary, key))
        problems.push(fieldError.invalid(`data[${key}]`, key, "duplicate of key present in binaryData"));
    }
    let size = 0;
    for (const value of Object.values(data)) size += byteLength(String(value));
    for (const value of Object.values(binary)) size += decodedLength(String(value));
    return size > limit ? [...problems, fieldError.tooLong("[]", limit)] : problems;
  },
  validateUpdate: immutableProblems,
};

const requiredKeys: Readonly<Record<string, readonly string[]>> = {
  "kubernetes.io/dockercfg": [".dockercfg"],
  "kubernetes.io/dockerconfigjson": [".dockerconfigjson"],
  "kubernetes.io/ssh-auth": ["ssh-privatekey"],
  "kubernetes.io/tls": ["tls.crt", "tls.key"],
};

export const secret: Partial<Strategy> = {
  applyDefaults(object) {
    const { stringData, ...rest } = object;
    const texts = Object.entries(partOf(stringData)).map(([key, text]) => [key, encode(String(text))] as const);
    const type = object["type"] === undefined || object["type"] === "" ? "Opaque" : object["type"];
    const next = { ...rest, type } as KubeObject;
    if (texts.length === 0) return next;
    return { ...next, data: Object.fromEntries([...Object.entries(partOf(object["data"])), ...texts]) };
  },
  validate(object) {
    const data = partOf(object["data"]);
    const problems = [...keyProblems("data", data)];
    let size = 0;
    for (const value of Object.values(data)) size += decodedLength(String(value));
    if (size > limit) problems.push(fieldError.tooLong("data", limit));
    for (const key of requiredKeys[String(object["type"])] ?? []) {
      if (!Object.hasOwn(data, key)) problems.push(fieldError.required(`data[${key}]`, ""));
    }
    return problems;
  },
  validateUpdate(next, old) {
    const problems = [...immutableProblems(next, old)];
    if (next["type"] !== old["type"]) problems.unshift(fieldError.invalid("type", next["type"], "field is immutable"));
    return problems;
  },
  fields: { type: (object) => String(object["type"] ?? "") },
};

function encode(text: string): string {
  const bytes = new TextEncoder().encode(text);
  let binary = "";
  for (let at = 0; at < bytes.byteLength; at += 0x8000)
    binary += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
  return btoa(binary);
}

function byteLength(text: string): number {
  return new TextEncoder().encode(text).byteLength;
}

function decodedLength(base64: string): number {
  return Math.floor((base64.replace(/=+$/, "").length * 3) / 4);
}
