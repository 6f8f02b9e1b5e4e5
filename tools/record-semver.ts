// Records what Masterminds/semver v3.5.0, the library of Helm and Flux, decides of constraints and versions; needs Go:
//   node tools/record-semver.ts
import { readFileSync, writeFileSync } from "node:fs";
import { runGo } from "./run-go.ts";

const file = "src/base/testdata/semver.json";
const { constraints, versions } = JSON.parse(readFileSync(file, "utf8")) as {
  readonly constraints: readonly string[];
  readonly versions: readonly string[];
};
const answer = runGo("semver", {
  needs: ["github.com/Masterminds/semver/v3 v3.5.0"],
  input: JSON.stringify({ constraints, versions }),
});
const recorded = JSON.parse(answer) as { readonly fits: Readonly<Record<string, string>> };
writeFileSync(file, `${JSON.stringify({ constraints, versions, ...recorded }, undefined, 1)}\n`);
