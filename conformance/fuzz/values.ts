import { type Value, type Values, isValues } from "../../src/base/value.ts";
import type { Random } from "../random.ts";

/** What values can be drawn from: a chart's own values, its schema, and the names that its templates read. */
export interface ValuesSource {
  readonly values: Values;
  readonly schema: Value;
  readonly mentioned: readonly (readonly string[])[];
}

/** A tree whose leaves are YAML texts, so that a file may hold what no value prints as: `0o17`, `yes`, `~`. */
type Tree = string | { readonly [key: string]: Tree };

type Path = readonly string[];

/** A values file that changes a few of a chart's values; most changes are such that a user might make, some are not. */
export function drawValuesFile(random: Random, source: ValuesSource): string {
  const paths = pathsOf(source.values);
  const hostile = random.chance(0.35);
  const root: Record<string, Tree> = {};
  for (let count = 1 + random.below(hostile ? 4 : 8); count > 0; count -= 1) {
    const { path, value } = place(random, source, paths);
    if (path.length === 0) continue;
    setAt(root, path, hostile ? oddity(random, value) : change(random, value, schemaAt(source.schema, path)));
  }
  return write(root);
}

function place(
  random: Random,
  { values, mentioned }: ValuesSource,
  paths: readonly Path[],
): { path: Path; value: Value } {
  const isMentioned = paths.length === 0 || (mentioned.length > 0 && random.chance(0.25));
  if (isMentioned && mentioned.length === 0) return { path: [], value: null };
  const booleans = paths.filter((path) => typeof valueAt(values, path) === "boolean");
  const path = isMentioned
    ? random.pick(mentioned)
    : booleans.length > 0 && random.chance(0.4)
      ? random.pick(booleans)
      : random.pick(paths);
  return { path, value: valueAt(values, path) ?? null };
}

/** Every place in a map, the maps themselves too; lists are one place. */
function pathsOf(values: Values, before: Path = []): Path[] {
  return Object.entries(values).flatMap(([key, value]) => {
    const path = [...before, key];
    return isValues(value) && path.length < 12 ? [path, ...pathsOf(value, path)] : [path];
  });
}

function valueAt(values: Value, path: Path): Value | undefined {
  let current: Value | undefined = values;
  for (const key of path) current = isValues(current) && Object.hasOwn(current, key) ? current[key] : undefined;
  return current;
}

function setAt(root: Record<string, Tree>, path: Path, leaf: Tree): void {
  let at = root;
  for (const key of path.slice(0, -1)) {
    const inner = Object.hasOwn(at, key) ? at[key] : undefined;
    const next: Record<string, Tree> = typeof inner === "object" ? { ...inner } : {};
    at[key] = next;
    at = next;
  }
  at[path.at(-1) ?? ""] = leaf;
}

/** The part of a JSON schema that speaks of a path, as far as `properties` lead. */
function schemaAt(schema: Value, path: Path): Values {
  let current: Value | undefined = schema;
  for (const key of path) {
    const properties: Value | undefined = isValues(current) ? current.properties : undefined;
    current = isValues(properties) && Object.hasOwn(properties, key) ? properties[key] : undefined;
  }
  return isValues(current) ? current : {};
}

const names = ["web", "my-app", "extra", "a", "some.name/with-slash", "UPPER_case", "n0"];
const texts = [
  ...names,
  "",
  "{{ .Release.Name }}-x",
  "{{ .Values.nameOverride | default .Chart.Name }}",
  "latest",
  "1.2.3",
  "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
  "host.example.com",
  "https://host.example.com:8443/path?q=1",
  "/var/lib/data",
  "two\nlines\n",
  "a: b",
  "100m",
  "10Gi",
  "true",
  "80",
  "LoadBalancer",
  "ClusterIP",
  "Always",
];

function change(random: Random, value: Value, schema: Values): Tree {
  const choices = schema.enum;
  if (Array.isArray(choices) && choices.length > 0 && random.chance(0.7))
    return JSON.stringify(random.pick(choices as readonly Value[]));
  switch (typeof value) {
    case "boolean":
      return String(random.chance(0.9) ? !value : value);
    case "number":
    case "bigint":
      return random.pick(["0", "1", "2", "3", "10", "443", "8080", "30000", "-1", "65535"]);
    case "string":
      return JSON.stringify(random.pick(texts));
    default:
      break;
  }
  if (Array.isArray(value)) return grown(random, value as readonly Value[]);
  if (isValues(value)) {
    const keys = Object.keys(value);
    if (keys.length === 0 || random.chance(0.3)) return entries(random);
    return { [random.pick(keys)]: random.chance(0.3) ? "null" : leaf(random) };
  }
  return random.chance(0.4) ? "true" : random.chance(0.4) ? entries(random) : leaf(random);
}

function grown(random: Random, list: readonly Value[]): Tree {
  if (list.length > 0 && random.chance(0.25)) return "[]";
  const kept = list.map((item) => JSON.stringify(item, withoutBigints));
  const more = Array.from({ length: 1 + random.below(2) }, () =>
    kept.length > 0 && random.chance(0.4) ? kept[0]! : item(random),
  );
  return `[${[...kept, ...more].join(", ")}]`;
}

function withoutBigints(_: string, value: unknown): unknown {
  return typeof value === "bigint" ? Number(value) : value;
}

function item(random: Random): string {
  return random.pick([
    JSON.stringify(random.pick(texts)),
    `{name: ${JSON.stringify(random.pick(names))}, value: ${JSON.stringify(random.pick(texts))}}`,
    `{name: data, mountPath: /data, secretName: s, host: h.example, hosts: [h.example], paths: [/], path: /, port: 80, key: k}`,
    "{}",
    "{name: x, emptyDir: {}}",
    "{apiVersion: v1, kind: ConfigMap, metadata: {name: extra}, data: {a: '1'}}",
  ]);
}

function entries(random: Random): Tree {
  return random.pick([
    "{}",
    `{${JSON.stringify(random.pick(names))}: ${JSON.stringify(random.pick(texts))}}`,
    "{a: {b: 1}, enabled: true}",
    "{key: value, other: 'true', n: 5}",
    "{name: x, create: true, annotations: {a.b/c: d}}",
    "{limits: {cpu: 100m, memory: 1Gi}, requests: {cpu: 1}}",
  ]);
}

function leaf(random: Random): Tree {
  return random.pick([JSON.stringify(random.pick(texts)), "true", "false", "5", item(random)]);
}

const oddities = [
  "null",
  "~",
  "yes",
  "off",
  "0",
  "-0",
  "0x1F",
  "0o17",
  "017",
  "1_000",
  "1e3",
  "1.5",
  "1e21",
  "12345678901",
  "9007199254740993",
  "123456789012345678901234",
  ".5",
  "2024-01-02",
  "1:30",
  '""',
  "' '",
  "'null'",
  "'0x1F'",
  "'1_000'",
  '"\\u00e9\\t\\u263a"',
  '"a\\n\\nb\\n"',
  "'{{ .Release.Name'",
  "'{{ fail \"no\" }}'",
  "'{{ .Values.x.y.z }}'",
  "'#no comment'",
  "'*star'",
  "'- dash'",
  "'a: b: c'",
  "'%'",
  "[]",
  "{}",
  "[null]",
  "[[1], {a: [2]}]",
  "[1, two, true, null]",
  "{a: null}",
  "{'1': one, 'true': two, y: three}",
  "{a: {b: {c: {d: [1]}}}}",
  "[{name: 5, value: true}]",
  "!!str 5",
  "'<a href=\"x\">&amp;</a>'",
];

function oddity(random: Random, value: Value): Tree {
  if (typeof value === "string" && random.chance(0.1)) return JSON.stringify(`${value}x`.repeat(1 + random.below(40)));
  return random.pick(oddities);
}

function write(root: Readonly<Record<string, Tree>>): string {
  return Object.entries(root)
    .map(([key, tree]) => `${JSON.stringify(key)}: ${flow(tree)}\n`)
    .join("");
}

function flow(tree: Tree): string {
  if (typeof tree === "string") return tree;
  return `{${Object.entries(tree)
    .map(([key, inner]) => `${JSON.stringify(key)}: ${flow(inner)}`)
    .join(", ")}}`;
}
