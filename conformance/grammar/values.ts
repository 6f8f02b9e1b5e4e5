import type { Random } from "../random.ts";
import type { Kind } from "./functions.ts";

const scalars = [
  "1",
  "0",
  "-3",
  "1.5",
  "1e6",
  "123456789",
  "0x1F",
  "0o17",
  "017",
  "1_000",
  "1e-7",
  "12345678901234567890",
  "0.1",
  "true",
  "false",
  "yes",
  "off",
  "null",
  "~",
  '""',
  "abc",
  "'1'",
  '"true"',
  "2024-01-02",
  "Hello World",
  "'a: b'",
  '"x\\ny\\n"',
  '"é \\u263a"',
  "' lead'",
  "1.0",
  "100000000000000000000000",
  "'<a&b>'",
  "'0x1'",
  "1:30",
  "<<",
  "=",
  "-",
];
const strings = [
  "abc",
  "''",
  "Hello World",
  '"l1\\nl2\\n"',
  "foo-bar_baz",
  "'42'",
  '"é 日"',
  "'true'",
  "a.b,c",
  "'%d $1'",
];
const numbers = ["1", "0", "-7", "3", "2.5", "1e6", "123456789", "0.1", "42", "1e21", "7.0"];
const keys = ["a", "b", "c", "n", "'1'", "y", "é", "'a.b'", "x"];

/** Where values of each kind are, below `.Values`. */
export const paths: Readonly<Partial<Record<Kind, readonly string[]>> & { readonly any: readonly string[] }> = {
  any: [
    "s",
    "t",
    "e",
    "i",
    "f",
    "z",
    "b",
    "o",
    "l",
    "k",
    "h",
    "p",
    "u",
    "m",
    "n",
    "v",
    "x",
    "missing",
    "n.a",
    "n.a.b",
    "m.c",
  ],
  string: ["s", "t", "e", "s", "m.a"],
  key: ["s", "e"],
  separator: ["s", "e"],
  integer: ["i", "z"],
  number: ["i", "f", "z", "n.a"],
  bool: ["b", "o"],
  list: ["l", "k", "h", "p", "u", "l"],
  dict: ["m", "n", "v", "m"],
};

/** A values file that has something at each of the paths, seldom of another kind than they promise. */
export function drawValues(random: Random): string {
  const lines: string[] = [];
  const entry = (name: string, usual: () => string): void => {
    if (random.chance(0.04)) return;
    lines.push(`${name}: ${random.chance(0.06) ? drawValue(random, 2) : usual()}`);
  };
  const listOf = (items: readonly string[]): string =>
    `[${Array.from({ length: random.below(5) }, () => random.pick(items)).join(", ")}]`;
  entry("s", () => random.pick(strings));
  entry("t", () => random.pick(['"one\\ntwo\\n"', "'  x '", '"a\\tb"', "'{{ .Values.s }}'"]));
  entry("e", () => '""');
  entry("i", () => random.pick(["3", "1", "12", "-2"]));
  entry("f", () => random.pick(["1.5", "0.25", "-2.75", "1e3"]));
  entry("z", () => "0");
  entry("b", () => random.pick(["true", "yes", "on"]));
  entry("o", () => random.pick(["false", "no", "off"]));
  entry("l", () => listOf(scalars));
  entry("k", () => listOf(strings));
  entry("h", () => listOf(numbers));
  entry("p", () => `[${Array.from({ length: random.below(4) }, () => drawMap(random, 1)).join(", ")}]`);
  entry("u", () => "[]");
  entry("m", () => `{a: ${random.pick(strings)}, b: ${random.pick(numbers)}, c: ${drawValue(random, 1)}}`);
  entry("n", () => drawMap(random, 3));
  entry("v", () => "{}");
  entry("x", () => "null");
  return `${lines.join("\n")}\n`;
}

function drawValue(random: Random, depth: number): string {
  if (depth <= 0 || random.chance(0.6)) return random.pick(scalars);
  if (random.chance(0.5)) return drawMap(random, depth);
  return `[${Array.from({ length: random.below(4) }, () => drawValue(random, depth - 1)).join(", ")}]`;
}

function drawMap(random: Random, depth: number): string {
  const chosen = new Set(Array.from({ length: random.below(4) }, () => random.pick(keys)));
  return `{${[...chosen].map((key) => `${key}: ${drawValue(random, depth - 1)}`).join(", ")}}`;
}
