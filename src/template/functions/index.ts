import { builtins } from "./builtins.ts";
import { dateFunctions } from "./dates.ts";
import { tomlFunctions } from "./toml.ts";
import { urlFunctions } from "./urls.ts";
import { defaultFunctions } from "./defaults.ts";
import { dictFunctions } from "./dicts.ts";
import { encodingFunctions } from "./encoding.ts";
import type { Functions, GoFunction } from "./function.ts";
import { helmFunctions } from "./helm.ts";
import { jsonFunctions } from "./json.ts";
import { listFunctions } from "./lists.ts";
import { certificateFunctions } from "../node/certificates.ts";
import { cipherFunctions } from "../node/ciphers.ts";
import { hashFunctions } from "../node/hashes.ts";
import { randomFunctions } from "../node/random.ts";
import { numberFunctions } from "./numbers.ts";
import { pathFunctions } from "./paths.ts";
import { reflectionFunctions } from "./reflection.ts";
import { regexFunctions } from "./regex.ts";
import { stringFunctions } from "./strings.ts";
import { versionFunctions } from "./versions.ts";
import { yamlFunctions } from "./yaml.ts";

const families: readonly Readonly<Record<string, GoFunction>>[] = [
  builtins,
  stringFunctions,
  numberFunctions,
  defaultFunctions,
  listFunctions,
  dictFunctions,
  reflectionFunctions,
  encodingFunctions,
  jsonFunctions,
  yamlFunctions,
  regexFunctions,
  versionFunctions,
  pathFunctions,
  dateFunctions,
  urlFunctions,
  tomlFunctions,
  hashFunctions,
  cipherFunctions,
  certificateFunctions,
  randomFunctions,
];

/** All functions of helm's templates, and those of the caller on top. */
export function createFunctions(own: Readonly<Record<string, GoFunction>> = {}): Functions {
  const functions = new Map<string, GoFunction>();
  const add = (family: Readonly<Record<string, GoFunction>>): void => {
    for (const name of Object.keys(family)) functions.set(name, family[name] as GoFunction);
  };
  for (const family of families) add(family);
  add(helmFunctions(() => functions));
  add(own);
  return functions;
}
