import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { messageOf } from "../../base/errors.ts";
import { isValues } from "../../base/value.ts";
import { parseYaml } from "../../base/yaml/index.ts";
import type { Client } from "../../kube/index.ts";
import {
  createConfigMapStorage,
  createMemoryStorage,
  createSecretStorage,
  decodeRecordJson,
  encodeGoJson,
  type Storage,
} from "../../release/index.ts";
import { CommandError, type Io } from "../command.ts";
import { logLine } from "./log-line.ts";
import { openFailure } from "./values-flags.ts";

/** Where releases are kept, as HELM_DRIVER says. Throws CommandError for what is no driver, and for the one that is not there. */
export async function openStorage(where: {
  readonly client: Client;
  readonly namespace: string;
  readonly io: Io;
}): Promise<Storage> {
  const { client, namespace, io } = where;
  const driver = driverOf(io);
  switch (driver) {
    case "secret":
      return createSecretStorage({ client, namespace, now: io.now });
    case "configmap":
      return createConfigMapStorage({ client, namespace, now: io.now });
    case "memory":
      return await openMemory(io);
  }
}

/** Reads HELM_DRIVER. helm logs what is wrong with it and ends without another word. */
export function driverOf(io: Io): "secret" | "configmap" | "memory" {
  const driver = io.env.HELM_DRIVER ?? "";
  switch (driver) {
    case "":
    case "secret":
    case "secrets":
      return "secret";
    case "configmap":
    case "configmaps":
      return "configmap";
    case "memory":
      return "memory";
    case "sql":
      throw new CommandError(
        "HELM_DRIVER=sql is not available: releases are kept in Secrets (secret) or ConfigMaps (configmap)",
      );
    default:
      throw fatal(io, `unknown driver ${JSON.stringify(driver)}`);
  }
}

/** Releases that a process begins with and forgets: those of the files that HELM_MEMORY_DRIVER_DATA names. */
async function openMemory(io: Io): Promise<Storage> {
  const storage = createMemoryStorage({ now: io.now });
  for (const path of (io.env.HELM_MEMORY_DRIVER_DATA ?? "").split(":")) {
    for (const record of await readRecords(path, io)) await storage.create(record);
  }
  return storage;
}

async function readRecords(path: string, io: Io) {
  const text = await readFile(resolve(io.cwd, path), "utf8").catch((cause: unknown) => {
    throw fatal(io, `Unable to read memory driver data${openFailure(path, path === "" ? missing : cause)}`);
  });
  try {
    const records = parseYaml(text);
    if (!Array.isArray(records)) throw new TypeError("the file is no list of releases");
    return records.filter(isValues).map((record) => decodeRecordJson(encodeGoJson(record)));
  } catch (cause) {
    throw fatal(io, `Unable to unmarshal memory driver data: ${messageOf(cause)}`);
  }
}

const missing = Object.assign(new Error("no such file"), { code: "ENOENT" });

function fatal(io: Io, message: string): CommandError {
  io.stderr(logLine({ level: "INFO", message }));
  return new CommandError("");
}
