import type { Random } from "../random.ts";
import { mutate } from "./mutations.ts";

const plain = [
  "a",
  "b c",
  "x",
  "1",
  "-1",
  "1.5",
  "0x1F",
  "0o17",
  "017",
  "08",
  "1_000",
  "1e3",
  "1e-7",
  "+1",
  "12345678901234567890",
  ".5",
  "5.",
  "true",
  "True",
  "yes",
  "no",
  "on",
  "off",
  "y",
  "n",
  "null",
  "~",
  "",
  "2024-01-02",
  "2024-01-02T03:04:05Z",
  "1:30",
  "1.2.3",
  "a#b",
  "a: b",
  "a:b",
  "http://x/y?z",
  "- a",
  "-a",
  "? a",
  "é",
  "a, b",
  "[x",
  "{{ .x }}",
  "%a",
  "@a",
  "`a`",
  "!x a",
  "*a",
  "&a b",
  "&a",
  "*a",
  "!!str 1",
  '!!int "3"',
  "!!float 1",
  "!!binary aGk=",
  "<<",
  "=",
  ".inf",
  "0b11",
  "0.0",
  "-0",
  "a \t b",
  "a  # comment",
];
const quoted = [
  "''",
  '""',
  "'it''s'",
  '"a\\n\\tb"',
  '"\\u00e9\\x41"',
  "'a: b'",
  '"# no"',
  "'1'",
  '"true"',
  "'multi\n  line'",
  '"folded\n\n   text\\\n   here"',
  '"\\q"',
  '"open',
];
const blocks = ["|", "|-", "|+", ">", ">-", ">+", "|2", ">1-", "| # c", "|x"];
// No null and no map as a key: Go's texts about them show its own types (docs/compatibility.md).
const keys = ["a", "b", "c d", "'q'", '"k"', "1", "true", "y", "é", "a.b/c", "<<", "- k", "[a]", "a#b", "&k a"];
const comments = ["", "", "", "", "", "# note", "   # indented", "#"];

/** A YAML document such as people write, with what they seldom write in it, and now and then broken. */
export function drawYaml(random: Random): string {
  const lines = drawNode(random, random.pick([0, 0, 0, 2]), 3);
  const start = random.chance(0.08) ? random.pick(["---\n", "--- # x\n", "%YAML 1.1\n---\n", "\n\n", "# head\n"]) : "";
  const end = random.pick(["\n", "\n", "", "\n\n", "\n...\n", "\n---\nb: 2\n", "  "]);
  const text = start + lines.join("\n") + end;
  return random.chance(0.12) ? mutate(random, text) : text;
}

function drawNode(random: Random, indent: number, depth: number): string[] {
  const pad = " ".repeat(indent);
  if (depth <= 0) return [pad + scalar(random)];
  return random.chance(0.65) ? drawMap(random, indent, depth) : drawList(random, indent, depth);
}

function drawMap(random: Random, indent: number, depth: number): string[] {
  const pad = " ".repeat(indent);
  return Array.from({ length: 1 + random.below(4) }, () => {
    const key = random.chance(0.85) ? random.pick(keys.slice(0, 8)) : random.pick(keys);
    return [...note(random, pad), ...entry(random, `${pad}${key}:`, indent, depth)];
  }).flat();
}

function drawList(random: Random, indent: number, depth: number): string[] {
  const pad = " ".repeat(indent);
  return Array.from({ length: 1 + random.below(3) }, () => {
    if (depth > 1 && random.chance(0.3)) {
      const [first = "", ...rest] = drawMap(random, indent + 2, depth - 1);
      return [`${pad}- ${first.trimStart()}`, ...rest];
    }
    return [...note(random, pad), ...entry(random, `${pad}-`, indent, depth)];
  }).flat();
}

function note(random: Random, pad: string): string[] {
  const comment = random.pick(comments);
  return comment === "" ? (random.chance(0.03) ? [""] : []) : [pad + comment];
}

function entry(random: Random, head: string, indent: number, depth: number): string[] {
  const deeper = indent + random.pick([2, 2, 2, 4, 1]);
  switch (random.below(7)) {
    case 0:
      return [head, ...drawNode(random, random.chance(0.2) ? indent : deeper, depth - 1)];
    case 1:
      if (depth > 1) return [head, ...drawNode(random, deeper, depth - 1)];
      return [`${head} ${scalar(random)}`];
    case 2:
      return [`${head} ${flow(random, 2)}`];
    case 3: {
      const pad = " ".repeat(deeper);
      const body = Array.from({ length: random.below(4) }, () =>
        random.pick([`${pad}text`, `${pad}  more`, "", `${pad}# x`, `${pad}a: b`, `${pad}trail `, pad]),
      );
      return [`${head} ${random.pick(blocks)}`, ...body];
    }
    case 4:
      if (random.chance(0.3)) return [`${head} ${random.pick(plain)}`, `${" ".repeat(deeper)}continued`];
      return [`${head} ${scalar(random)}`];
    default:
      return [
        `${head}${random.pick([" ", " ", " ", "  ", "\t"])}${scalar(random)}${random.pick(["", "", "", " # c", " "])}`,
      ];
  }
}

function scalar(random: Random): string {
  return random.chance(0.75) ? random.pick(plain) : random.pick(quoted);
}

function flow(random: Random, depth: number): string {
  if (depth <= 0 || random.chance(0.4))
    return random.chance(0.8) ? random.pick(plain.slice(0, 30)) : random.pick(quoted);
  const items = Array.from({ length: random.below(4) }, () => flow(random, depth - 1));
  if (random.chance(0.5)) return `[${items.join(random.pick([", ", ",", ",\n   "]))}${random.chance(0.1) ? "," : ""}]`;
  return `{${items.map((item) => `${random.pick(["a", "b", '"c"', "d e"])}:${random.pick([" ", " ", ""])}${item}`).join(", ")}}`;
}
