import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { Script } from "node:vm";
import { entry } from "./entry.ts";
import type { Stamp } from "./stamps.ts";
import { asScript, packageEntry } from "./wrap.ts";

const root = mkdtempSync(join(tmpdir(), "cox-entry-"));
after(() => rmSync(root, { recursive: true }));

mkdirSync(join(root, "dist"));
mkdirSync(join(root, "src/cli"), { recursive: true });
const print = (text: string): string => `console.log(${JSON.stringify(text)} + process.argv.slice(2).join(" "));\n`;
writeFileSync(join(root, "package.json"), '{"version": "1.2.3"}');
writeFileSync(
  join(root, "dist/offline.cjs"),
  asScript(`exports.main = async () => { ${print("bundle: ")} return 3; };`),
);
writeFileSync(join(root, "src/cli/main.ts"), print("sources: "));
for (const name of ["offline.ts", "other.ts"]) writeFileSync(join(root, "src", name), "");

function stamp(path: string): Stamp {
  const { size, mtimeMs } = statSync(join(root, path));
  return [path, size, mtimeMs];
}

/** Writes the entry for the sources as they are, changes something, and tells what runs. */
function run(line: readonly string[], change: () => void = () => {}): string {
  const sources = [stamp("src/offline.ts")];
  writeFileSync(join(root, "dist/sources-1.json"), JSON.stringify([...sources, stamp("src/other.ts")]));
  const parts = { offline: "offline.cjs", cache: "offline.cache", sources, stamps: "sources-1.json" };
  writeFileSync(join(root, "dist/cox.cjs"), entry(parts));
  change();
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(root, "dist/cox.cjs"), ...line], {
    encoding: "utf8",
    env: {},
  });
  return `${stdout.trim()}${stderr} (${status})`;
}

const touched = (path: string) => (): void => utimesSync(join(root, path), new Date(), Date.now() / 1000 + 10);

const cases = [
  { name: "runs the bundle for helm template", line: ["helm", "template", "x"], want: "bundle: helm template x (3)" },
  { name: "runs the bundle for other commands", line: ["helm", "list"], want: "bundle: helm list (3)" },
  { name: "tells its version by itself", line: ["--version"], want: "cox version 1.2.3 (0)" },
  {
    name: "runs the sources when one of them was touched",
    line: ["helm", "template", "x"],
    change: touched("src/offline.ts"),
    want: "sources: helm template x (0)",
  },
  {
    name: "runs the sources when one is longer now",
    line: ["helm", "list"],
    change: () => writeFileSync(join(root, "src/other.ts"), "1"),
    want: "sources: helm list (0)",
  },
  {
    name: "does not look at sources that helm template does not need",
    line: ["helm", "template", "x"],
    change: touched("src/other.ts"),
    want: "bundle: helm template x (3)",
  },
  {
    name: "runs the sources when one is gone",
    line: ["helm", "template", "x"],
    change: () => rmSync(join(root, "src/offline.ts")),
    want: "sources: helm template x (0)",
  },
];

for (const { name, line, change, want } of cases) {
  test(`the entry of dist/ ${name}`, () => assert.equal(run(line, change), want));
}

test("asScript() writes characters that are not ASCII as escapes, which mean the same", () => {
  const text = asScript('exports.text = `é€😀` + "é".length + /^[é-ü]$/u.test("ö");');
  assert.match(text, /^[\0-\x7f]*$/);
  const exported: { text?: string } = {};
  new Script(text).runInThisContext()(exported);
  assert.equal(exported.text, "é€😀1true");
  assert.throws(() => asScript("/\\é/"), /behind a backslash/);
});

test("packageEntry() gives what the script beside it exports, with its code cache and without", () => {
  const packages = join(root, "dist/packages");
  mkdirSync(packages, { recursive: true });
  const text = asScript("exports.add = (a, b) => a + b;");
  writeFileSync(join(packages, "sums.script"), text);
  writeFileSync(join(packages, "sums.cjs"), packageEntry("sums"));
  const add = (): unknown => {
    const script = 'process.stdout.write(String(require("./sums.cjs").add(1, 2)))';
    return spawnSync(process.execPath, ["--eval", script], { cwd: packages, encoding: "utf8" }).stdout;
  };
  assert.equal(add(), "3");
  writeFileSync(join(packages, "sums.cache"), new Script(text).createCachedData());
  assert.equal(add(), "3");
  writeFileSync(join(packages, "sums.cache"), "no code");
  assert.equal(add(), "3");
});
