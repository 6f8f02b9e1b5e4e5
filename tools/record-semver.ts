// Records what Masterminds/semver v3.5.0, the library of Helm and Flux, decides of constraints and versions; needs Go:
//   node tools/record-semver.ts
import { execFileSync } from "node:child_process";
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const file = "src/base/testdata/semver.json";
const { constraints, versions } = JSON.parse(readFileSync(file, "utf8")) as {
  readonly constraints: readonly string[];
  readonly versions: readonly string[];
};
const folder = mkdtempSync(join(tmpdir(), "cox-semver-"));
try {
  copyFileSync("tools/semver/main.go", join(folder, "main.go"));
  writeFileSync(
    join(folder, "go.mod"),
    "module semver\n\ngo 1.24\n\nrequire github.com/Masterminds/semver/v3 v3.5.0\n",
  );
  const environment = { ...process.env, GOFLAGS: "-mod=mod" };
  const answer = execFileSync("go", ["run", "."], {
    cwd: folder,
    env: environment,
    input: JSON.stringify({ constraints, versions }),
  });
  const recorded = JSON.parse(answer.toString()) as { readonly fits: Readonly<Record<string, string>> };
  writeFileSync(file, `${JSON.stringify({ constraints, versions, ...recorded }, undefined, 1)}\n`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
