// Records what helm's own engine answers, for machines without Go: node conformance/record-engine.ts
// Writes testdata/grammar.json and testdata/schemas.json anew, and the answers in src/template/testdata/found.json for the templates that are there.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { buildGoEngine, startGoEngine } from "./go-engine.ts";
import { drawSchemaRequest } from "./grammar/schema-run.ts";
import { recordedRequests } from "./grammar/index.ts";

interface Found {
  readonly values: string;
  readonly cases: readonly { readonly name: string; readonly template: string }[];
}

const engine = startGoEngine(buildGoEngine());
try {
  const answers = await Promise.all(recordedRequests().map((request) => engine.ask(request)));
  writeLines("testdata/grammar.json", answers, "[", "]");

  const schemas = Array.from({ length: 400 }, (_, number) => engine.ask(drawSchemaRequest(6, number)));
  writeLines("testdata/schemas.json", await Promise.all(schemas), "[", "]");

  const file = "../src/template/testdata/found.json";
  const { values, cases } = JSON.parse(readFileSync(join(import.meta.dirname, file), "utf8")) as Found;
  const recorded = await Promise.all(
    cases.map(async ({ name, template }) => {
      const answer = await engine.ask({ files: { "templates/t.yaml": template }, values });
      if (answer === undefined) throw new Error(`helm's engine ended in ${JSON.stringify(name)}`);
      return { name, template, ...answer };
    }),
  );
  writeLines(file, recorded, `{\n"values": ${JSON.stringify(values)},\n"cases": [`, "]\n}");
} finally {
  await engine.close();
}

function writeLines(file: string, items: readonly unknown[], before: string, after: string): void {
  const lines = items.map((item) => JSON.stringify(item ?? null)).join(",\n");
  writeFileSync(join(import.meta.dirname, file), `${before}\n${lines}\n${after}\n`);
}
