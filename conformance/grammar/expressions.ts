import type { Random } from "../random.ts";
import { type Kind, type Signature, signatures } from "./functions.ts";
import { literal, timeLiteral } from "./literals.ts";
import { paths } from "./values.ts";

/** What an expression may refer to. */
export interface Names {
  readonly random: Random;
  /** Variables in scope, without the dollar. */
  readonly variables: readonly string[];
  /** How often something of a wrong kind, or an unknown name, is put where it does not belong. */
  readonly wrong: number;
  /** What stands before `.Values`: nothing where dot is the root. */
  readonly root: "" | "$";
}

const byResult = new Map<Kind, Signature[]>();
for (const signature of signatures) {
  const known = byResult.get(signature.result);
  if (known === undefined) byResult.set(signature.result, [signature]);
  else known.push(signature);
}
const allKinds: readonly Kind[] = [
  "any",
  "bool",
  "dict",
  "integer",
  "list",
  "number",
  "size",
  "string",
  "time",
  "key",
  "yaml",
  "json",
  "duration",
  "path",
];
/** A wrong argument in their place would be a huge size, or the clock. */
const exact: ReadonlySet<Kind> = new Set<Kind>(["size", "time"]);
const wrongSizes: readonly Kind[] = ["string", "bool", "list", "dict", "key"];

/** A pipeline: what stands between the braces of an action. */
export function pipeline(names: Names, depth: number, kind: Kind = "any"): string {
  const { random } = names;
  if (depth > 0 && random.chance(0.35)) {
    const last = random.pick(choices(names, kind));
    const taken = last.repeated.at(-1) ?? last.parameters.at(-1);
    if (taken !== undefined && !exact.has(taken)) {
      const fixed = last.repeated.length > 0 ? last.parameters : last.parameters.slice(0, -1);
      const before = pipeline(names, depth - 1, taken);
      return settle(
        last,
        `${before} | ${[last.name, ...fixed.map((each) => argument(names, each, depth - 1))].join(" ")}`,
      );
    }
  }
  if (depth > 0 && random.chance(0.75)) return call(names, depth, kind);
  return operand(names, depth, kind);
}

/** A function with its arguments. */
export function call(names: Names, depth: number, kind: Kind = "any"): string {
  const { random } = names;
  const signature = random.pick(choices(names, kind));
  const kinds = [...signature.parameters];
  if (signature.repeated.length > 0) {
    const most = signature.name === "dict" ? 4 : 3;
    for (let count = random.below(most + 1); count > 0; count -= 1) kinds.push(...signature.repeated);
  }
  if (random.chance(names.wrong / 3)) kinds.pop();
  if (random.chance(names.wrong / 3)) kinds.push("any");
  return settle(signature, [signature.name, ...kinds.map((each) => argument(names, each, depth - 1))].join(" "));
}

/** Functions whose result is of a kind; sometimes any function. */
function choices({ random, wrong }: Names, kind: Kind): readonly Signature[] {
  const fitting = kind === "any" || random.chance(wrong) ? undefined : byResult.get(kind);
  return fitting ?? (isText(kind) && !random.chance(wrong) ? byResult.get("string")! : signatures);
}

function isText(kind: Kind): boolean {
  return !["any", "bool", "dict", "integer", "list", "number", "size", "time"].includes(kind);
}

function settle({ settled }: Signature, text: string): string {
  return settled === undefined ? text : `${text} | ${settled}`;
}

function argument(names: Names, kind: Kind, depth: number): string {
  const { random } = names;
  if (random.chance(names.wrong)) {
    if (kind === "size") return operand(names, depth, random.pick(wrongSizes));
    if (kind !== "time") return operand(names, depth, random.pick(allKinds));
  }
  return operand(names, depth, kind);
}

/** One word: a constant, a field, a variable, or something in parentheses. */
function operand(names: Names, depth: number, kind: Kind): string {
  const { random } = names;
  if (kind === "time") {
    if (depth > 1 && random.chance(0.2)) return `(dateModify ${literal(random, "duration")} ${timeLiteral(random)})`;
    return timeLiteral(random);
  }
  if (kind === "size") return random.chance(0.1) ? "(len .Values.k)" : literal(random, "size");
  if (depth > 0 && random.chance(0.3)) {
    const inner = `(${pipeline(names, depth - 1, kind)})`;
    return random.chance(names.wrong) ? `${inner}.${random.pick(["a", "b.c", "missing", "n.x.y"])}` : inner;
  }
  const free = kind === "any" ? 0.1 : names.wrong;
  if (random.chance(free * 1.5) && names.variables.length > 0) return variable(names);
  if (random.chance(free)) {
    // Where dot is the root, values that come to hold it hold themselves: no engine ends that well.
    return random.pick([
      names.root === "$" ? "." : ".Chart",
      "$.Release",
      ".Values.x",
      "nil",
      ".a",
      ".b",
      "$.Release.Name",
    ]);
  }
  if (random.chance(0.45)) return field(names, kind);
  return constant(names, depth, kind);
}

function variable({ random, variables, wrong }: Names): string {
  const name = `$${random.pick(variables)}`;
  return random.chance(wrong) ? `${name}.${random.pick(["a", "b", "c.d"])}` : name;
}

function field({ random, root, wrong }: Names, kind: Kind): string {
  const fitting = paths[kind] ?? paths.string!;
  return `${root}.Values.${random.pick(random.chance(wrong) ? paths.any : fitting)}`;
}

function constant(names: Names, depth: number, kind: Kind): string {
  const { random } = names;
  switch (kind) {
    case "any":
      return constant(
        names,
        depth,
        random.pick(["bool", "number", "string", "integer", "list", "dict", "key", "path"] as const),
      );
    case "list": {
      const items = Array.from({ length: random.below(4) }, () => operand(names, depth - 1, "any"));
      return `(list${items.map((item) => ` ${item}`).join("")})`;
    }
    case "dict": {
      const pairs = Array.from(
        { length: random.below(4) },
        () => ` ${literal(random, "key")} ${operand(names, depth - 1, "any")}`,
      );
      return `(dict${pairs.join("")})`;
    }
    case "time":
      return timeLiteral(random);
    default:
      return literal(random, kind);
  }
}
