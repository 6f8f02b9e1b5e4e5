import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { expandVariables } from "./expand.ts";

interface Recorded {
  readonly variables: Readonly<Record<string, string>>;
  readonly rows: readonly { readonly text: string; readonly want?: string; readonly error?: string }[];
}

// What Flux's envsubst made of each text.
const { variables, rows } = JSON.parse(
  readFileSync(new URL("testdata/expansions.json", import.meta.url), "utf8"),
) as Recorded;

for (const { text, want = "", error } of rows)
  test(`expandVariables() expands ${JSON.stringify(text)}`, () => {
    const expand = (): string => expandVariables(text, (name) => variables[name] ?? "");
    if (error === undefined) assert.equal(expand(), want);
    else assert.throws(expand, new Error(error));
  });

// Flux: operators that give a default are for variables that nobody sets.
for (const [text, want] of [
  ["${a:=x} ${a:-y} ${a=z}", "x y z"],
  ["${a}", undefined],
  ["${#a}", undefined],
  ["${a^^}", undefined],
  ["${a/x/y}", undefined],
] as const)
  test(`expandVariables() with a variable that nobody may leave unset expands ${JSON.stringify(text)}`, () => {
    const expand = (): string => expandVariables(text, () => undefined);
    if (want === undefined) assert.throws(expand, { message: 'variable not set (strict mode): "a"' });
    else assert.equal(expand(), want);
  });
