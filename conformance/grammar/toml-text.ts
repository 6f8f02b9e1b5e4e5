import type { Random } from "../random.ts";
import { mutate } from "./mutations.ts";

const values = [
  "1",
  "-7",
  "+3",
  "0",
  "00",
  "012",
  "1_000",
  "1__0",
  "_1",
  "0x1F",
  "0xg",
  "0o17",
  "0b101",
  "+0x1",
  "9223372036854775808",
  "1.5",
  "1.",
  "1.e3",
  "1e3",
  "-2E-2",
  "1e400",
  ".5",
  "inf",
  "-inf",
  "nan",
  "+nan",
  "in",
  "nap",
  "ian",
  "true",
  "false",
  "maybe",
  "'lit'",
  '"basic"',
  '"esc \\n\\t\\u00e9 \\"q\\""',
  '"bad \\q"',
  '"bad \\u12"',
  '"bad \\ud800"',
  '"open',
  "'open",
  '"""multi\nline\\\n   joined"""',
  '"""six""""""',
  '"""five"""""',
  "'''raw\nline'''",
  "'''open",
  "1979-05-27T07:32:00Z",
  "1979-05-27T00:32:00.999-07:00",
  "1979-05-27 07:32:00",
  "1979-05-27",
  "1979-5-27",
  "07:32:00",
  "07:32",
  "1979-13-01",
  "",
  "=",
  "é",
  "# c",
];
const keys = ["a", "b", "c.d", "c", "'q r'", '"k"', "1", "a.b", "é", "", "a b", "d-e_f", "c.d.e"];

/** A TOML document, whole or broken. */
export function drawToml(random: Random): string {
  const lines = Array.from({ length: 1 + random.below(5) }, () => line(random));
  const text = lines.join("\n") + random.pick(["", "\n", "\n", "\r\n"]);
  return random.chance(0.1) ? mutate(random, text) : text;
}

function line(random: Random): string {
  const indent = random.pick(["", "", "", "  ", "\t"]);
  switch (random.below(9)) {
    case 0:
      return `${indent}[${random.pick(keys)}]`;
    case 1:
      return `${indent}[[${random.pick(keys)}]]${random.pick(["", "", " # c", " x"])}`;
    case 2:
      return random.pick(["# note", "", "[", "[]", "[a", "[[a]", "x", "= 1", "a =", ".a = 1"]);
    default: {
      const sign = random.pick([" = ", " = ", "=", " =  "]);
      return `${indent}${random.pick(keys.slice(0, random.chance(0.8) ? 8 : keys.length))}${sign}${value(random, 2)}${random.pick(["", "", "", " # c", " x"])}`;
    }
  }
}

function value(random: Random, depth: number): string {
  if (depth <= 0 || random.chance(0.65)) return random.pick(random.chance(0.5) ? values.slice(0, 3) : values);
  const items = Array.from({ length: random.below(4) }, () => value(random, depth - 1));
  if (random.chance(0.55))
    return `[${items.join(random.pick([", ", ",", ",\n  ", " "]))}${random.pick(["", "", ",", "\n"])}]`;
  return `{${items.map((item) => ` ${random.pick(keys.slice(0, 6))} = ${item}`).join(random.pick([",", ",", ",\n", " "]))} }`;
}
