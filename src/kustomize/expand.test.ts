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
