import { messageOf } from "../../base/errors.ts";
import { goQuote } from "../../base/go-quote.ts";
import { parseConstraint, parseStrictVersion, tryParseVersion } from "../../base/semver.ts";
import { isValues, type Value } from "../../base/value.ts";
import { parseYaml } from "../../base/yaml/index.ts";
import { unknownField } from "../load/go-decode.ts";
import { type LooseMetadata, metadataShape, parseMetadata } from "../load/metadata.ts";
import type { Findings } from "./message.ts";

const path = "Chart.yaml";

/** Helm's rules for Chart.yaml, in Helm's order. */
export function lintChartYaml(text: string, findings: Findings): void {
  let metadata: LooseMetadata;
  try {
    metadata = parseMetadata(text);
  } catch (error) {
    findings.check("ERROR", path, `unable to parse YAML\n\t${messageOf(error)}`);
    return;
  }
  const strict = strictProblem(text);
  findings.check(
    "WARNING",
    path,
    strict === undefined ? undefined : `failed to strictly parse chart metadata file\n\t${strict}`,
  );
  const written = parseYaml(text);
  findings.check("ERROR", path, nameProblem(metadata.name ?? ""));
  findings.check("ERROR", path, apiVersionProblem(metadata.apiVersion ?? ""));
  findings.check("ERROR", path, typeProblem(written, "version"));
  findings.check("ERROR", path, versionProblem(metadata.version ?? ""));
  findings.check("ERROR", path, typeProblem(written, "appVersion"));
  findings.check("ERROR", path, maintainerProblem(metadata));
  const source = metadata.sources?.find((url) => !isRequestUrl(url));
  findings.check("ERROR", path, source === undefined ? undefined : `invalid source URL '${source}'`);
  const icon = metadata.icon ?? "";
  findings.check("INFO", path, icon === "" ? "icon is recommended" : undefined);
  findings.check("ERROR", path, icon === "" || isRequestUrl(icon) ? undefined : `invalid icon URL '${icon}'`);
  findings.check("ERROR", path, onlyInV2(metadata, "type"));
  findings.check("ERROR", path, onlyInV2(metadata, "dependencies"));
  findings.check("WARNING", path, strictVersionProblem(metadata.version ?? ""));
}

function strictProblem(text: string): string | undefined {
  try {
    const field = unknownField(parseYaml(text, { duplicateKeys: "refuse" }), metadataShape);
    if (field === undefined) return undefined;
    return `error unmarshaling JSON: while decoding JSON: json: unknown field ${goQuote(field)}`;
  } catch (error) {
    return messageOf(error);
  }
}

function nameProblem(name: string): string | undefined {
  if (name === "") return "name is required";
  return name.includes("/") ? `chart name ${goQuote(name)} is invalid` : undefined;
}

function apiVersionProblem(version: string): string | undefined {
  if (version === "") return 'apiVersion is required. The value must be either "v1" or "v2"';
  if (version === "v1" || version === "v2") return undefined;
  return `apiVersion '${version}' is not valid. The value must be either "v1" or "v2"`;
}

function typeProblem(written: Value, field: string): string | undefined {
  const value = isValues(written) && Object.hasOwn(written, field) ? written[field] : undefined;
  if (value === undefined || typeof value === "string") return undefined;
  return `${field} should be of type string but it's of type ${goType(value)}`;
}

function goType(value: Value): string {
  if (value === null) return "<nil>";
  if (Array.isArray(value)) return "[]interface {}";
  return { boolean: "bool", object: "map[string]interface {}" }[typeof value as "boolean" | "object"] ?? "float64";
}

function versionProblem(text: string): string | undefined {
  if (text === "") return "version is required";
  const version = tryParseVersion(text);
  if (version === undefined) return `version '${text}' is not a valid SemVer`;
  return parseConstraint(">0.0.0-0").check(version)
    ? undefined
    : `version ${version.original} is less than or equal to 0.0.0-0`;
}

function strictVersionProblem(text: string): string | undefined {
  try {
    parseStrictVersion(text);
    return undefined;
  } catch {
    return `version '${text}' is not a valid SemVerV2`;
  }
}

function maintainerProblem({ maintainers = [] }: LooseMetadata): string | undefined {
  for (const maintainer of maintainers) {
    if (maintainer === null) return "a maintainer entry is empty";
    const { name = "", email = "", url = "" } = maintainer;
    if (name === "") return "each maintainer requires a name";
    if (email !== "" && !isEmail(email)) return `invalid email '${email}' for maintainer '${name}'`;
    if (url !== "" && !isUrl(url)) return `invalid url '${url}' for maintainer '${name}'`;
  }
  return undefined;
}

function onlyInV2(metadata: LooseMetadata, field: "type" | "dependencies"): string | undefined {
  const value = metadata[field];
  const { apiVersion = "" } = metadata;
  if (value === undefined || value.length === 0 || apiVersion === "v2") return undefined;
  return field === "type"
    ? `chart type is not valid in apiVersion '${apiVersion}'. It is valid in apiVersion 'v2'`
    : `dependencies are not valid in the Chart file with apiVersion '${apiVersion}'. They are valid in apiVersion 'v2'`;
}

function isEmail(text: string): boolean {
  return /^[^\s@"(),:;<>[\\\]]+@[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)+$/i.test(text);
}

function isUrl(text: string): boolean {
  const withScheme = text.includes("://") ? text : `http://${text}`;
  const url = URL.parse(withScheme);
  return (
    url !== null && text.length < 2083 && !text.startsWith(".") && /^[^.].*\.[^.]+$|^localhost$/.test(url.hostname)
  );
}

/** An absolute address, as govalidator's IsRequestURL: any scheme will do. */
function isRequestUrl(text: string): boolean {
  return /^[a-z][a-z0-9+.-]*:[^\s]*$/i.test(text) && URL.canParse(text.includes("://") ? text : `${text}`);
}
