import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

test("a link called helm is helm", { skip: process.platform === "win32" ? "links need rights" : false }, (t) => {
  const folder = mkdtempSync(join(tmpdir(), "cox-link-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const helm = join(folder, "helm");
  symlinkSync(fileURLToPath(new URL("../../../bin/cox", import.meta.url)), helm);
  const run = (...line: readonly string[]): string =>
    execFileSync(helm, line, { encoding: "utf8", env: { PATH: process.env.PATH, HOME: folder } });
  assert.equal(run("version", "--short"), "v4.2.4\n");
  assert.match(run("version"), /^version\.BuildInfo\{Version:"v4\.2\.4", /);
  assert.match(run("help", "repo", "add"), /\nUsage:\n {2}helm repo add \[NAME\] \[URL\] \[flags\]\n/);
  assert.equal(run("env", "HELM_REPOSITORY_CONFIG"), `${folder}/.config/helm/repositories.yaml\n`);
});
