import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { test } from "node:test";

// An example that imports the package by name is run as it stands; what it prints stands in comments behind `console.log`.

interface Example {
  readonly file: string;
  readonly code: string;
}

const examples: readonly Example[] = ["README.md", ...globSync("src/*/README.md").toSorted()].flatMap((file) =>
  Array.from(readFileSync(file, "utf8").matchAll(/^```ts\n(.*?)^```$/gms), ([, code = ""]) => ({ file, code })).filter(
    ({ code }) => /from "coxswain\//.test(code),
  ),
);

for (const { file, code } of examples)
  test(`the example of ${file} prints what it says`, async () => {
    assert.deepEqual(await printedBy(code), promisedBy(code));
  });

test("template and chart have an example that runs", () => {
  const files = new Set(examples.map(({ file }) => file));
  for (const room of ["template", "chart"]) assert.ok(files.has(`src/${room}/README.md`), room);
});

function promisedBy(code: string): string[] {
  return Array.from(code.matchAll(/^ *console\.log\(.*\); \/\/ (.*)$/gm), ([, text = ""]) => text.trim());
}

async function printedBy(code: string): Promise<string[]> {
  const printed: string[] = [];
  const name = "printedByExample";
  Reflect.set(globalThis, name, (...values: readonly unknown[]) => printed.push(values.join(" ").trim()));
  // A module in a data URL has no package around it: the names become the addresses that the package's exports give them.
  const text = code
    .replace(/"(coxswain\/[a-z]+)"/g, (_, door: string) => JSON.stringify(import.meta.resolve(door)))
    .replaceAll("console.log(", `${name}(`);
  try {
    await import(`data:text/javascript,${encodeURIComponent(text)}`);
  } finally {
    Reflect.deleteProperty(globalThis, name);
  }
  return printed;
}
