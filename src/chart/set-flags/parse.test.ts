import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { messageOf } from "../../base/errors.ts";
import { copyMap, type MutableMap } from "../values/maps.ts";
import { parseValues } from "../load/values-file.ts";
import { type Dialect, parseSetInto } from "./parse.ts";

// Recorded from Helm 4.2.4's strvals package. Integers are written as {"$int": "5"}: they are no floats.
interface Recorded {
  readonly kind: "typed" | "string" | "json" | "literal" | "file";
  readonly base?: string;
  readonly text: string;
  readonly value?: unknown;
  readonly error?: string;
}

const recorded = JSON.parse(
  readFileSync(new URL("../testdata/set-flags.json", import.meta.url), "utf8"),
) as readonly Recorded[];

for (const { kind, base = "", text, value, error } of recorded) {
  test(`parseSetInto() reads ${kind} ${JSON.stringify(text)}${base === "" ? "" : ` into ${base}`} as Helm does`, () => {
    const target = copyMap(parseValues(base));
    const dialect: Dialect = kind === "file" ? { kind, read: (path) => `<${path}>` } : { kind };
    const failure = attempt(() => parseSetInto(text, target, dialect));
    // Callers never show why JSON does not parse.
    if (kind === "json" && error !== undefined) assert.notEqual(failure, undefined);
    else assert.equal(failure, error);
    if (error === undefined) assert.deepEqual(marked(target), value ?? {});
  });
}

test("parseSetInto() makes lists as long as Helm allows, and no longer", () => {
  const target: MutableMap = {};
  parseSetInto("a[65536]=1", target, { kind: "typed" });
  assert.equal((target.a as unknown[]).length, 65_537);
  assert.throws(() => parseSetInto("a[65537]=1", {}, { kind: "typed" }), { code: "InvalidValues" });
});

test("parseSetInto() refuses endless nesting instead of running out of stack", () => {
  assert.throws(() => parseSetInto(`a${"[0]".repeat(100_000)}=1`, {}, { kind: "typed" }), { code: "InvalidValues" });
  assert.throws(() => parseSetInto(`${"a.".repeat(100_000)}a=1`, {}, { kind: "typed" }), { code: "InvalidValues" });
});

test("parseSetInto() leaves prototypes alone", () => {
  const target: MutableMap = {};
  parseSetInto("__proto__.polluted=1,constructor.prototype.polluted=2", target, { kind: "typed" });
  assert.equal(({} as Record<string, unknown>).polluted, undefined);
  assert.deepEqual(Object.keys(target), ["__proto__", "constructor"]);
});

function attempt(work: () => void): string | undefined {
  try {
    work();
    return undefined;
  } catch (error) {
    return messageOf(error);
  }
}

function marked(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value, (_, item) => (typeof item === "bigint" ? { $int: String(item) } : item)));
}
