import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import type { CommandGroup, Io } from "./command.ts";
import { cox } from "./commands.ts";
import { complete } from "./complete.ts";
import { runLine } from "./run.ts";

const home = mkdtempSync(join(tmpdir(), "cox-complete-"));
after(() => rmSync(home, { recursive: true, force: true }));
mkdirSync(join(home, "repository"));
const repositories = ["grade", "other"].map((name) => `- {name: ${name}, url: "https://${name}.test"}\n`).join("");
writeFileSync(join(home, "repositories.yaml"), `apiVersion: ""\nrepositories:\n${repositories}`);
writeFileSync(join(home, "repository/grade-charts.txt"), "api\nweb\n");
const env = { HELM_CONFIG_HOME: home, HELM_CACHE_HOME: home, KUBECONFIG: join(home, "none") };

let printed = "";
const io: Io = {
  stdout: (text) => void (printed += text),
  stderr: (text) => void (printed += text),
  stdin: async () => "",
  env,
  cwd: home,
  isTerminal: false,
  signal: new AbortController().signal,
  now: () => new Date(0),
};

const cases: readonly { readonly line: string; readonly want: readonly string[]; readonly files?: boolean }[] = [
  { line: "re", want: ["reconcile", "registry", "resume"] },
  { line: "helm rep", want: ["repo"] },
  { line: "helm repo ", want: ["add", "index", "list", "remove", "update"] },
  { line: "helm dep u", want: ["update"] },
  { line: "helm nothing ", want: [] },
  { line: "helm --namespace apps li", want: ["lint", "list"] },
  { line: "helm -n=apps li", want: ["lint", "list"] },
  { line: "helm --kube-tok", want: ["--kube-token"] },
  { line: "helm list --outp", want: ["--output"] },
  { line: "helm list --output ", want: ["table", "json", "yaml"] },
  { line: "helm list -o j", want: ["json"] },
  { line: "helm list --debug -o y", want: ["yaml"] },
  { line: "helm template --values ", want: [], files: true },
  { line: "helm list --filter x --sel", want: ["--selector"] },
  { line: "helm version ", want: [] },
  { line: "helm version --he", want: ["--help"] },
  { line: "helm lint ", want: [], files: true },
  { line: "helm repo remove ", want: ["grade", "other"] },
  { line: "helm repo remove grade ", want: ["other"] },
  { line: "helm install ", want: [] },
  { line: "helm install x gr", want: ["grade/api", "grade/web"], files: true },
  { line: "helm install x ./", want: [], files: true },
  { line: "helm pull grade/w", want: ["grade/web"], files: true },
  { line: "helm show values --version 1 grade/", want: ["grade/api", "grade/web"], files: true },
  { line: "helm status ", want: [] }, // there is no cluster, and no error
  { line: "helm template -- --na", want: [] },
  { line: "get source ", want: ["all", "bucket", "chart", "git", "helm", "oci"] },
];
for (const { line, want, files = false } of cases)
  test(`complete() after "cox ${line}"`, async () => {
    const { candidates, directive } = await complete(cox, line.split(" "), io);
    assert.deepEqual(
      { words: candidates.map(({ word }) => word), directive },
      { words: want, directive: files ? "files" : "nothing" },
    );
  });

test("__complete prints what cobra's programs print", async () => {
  printed = "";
  assert.equal(await runLine(cox.commands["helm"] as CommandGroup, "helm", ["__complete", "ver"], io), 0);
  const verify = "verify that a chart at the given path has been signed and is valid";
  assert.equal(printed, `verify\t${verify}\nversion\tprint the helm version information\n:4\n`);
  printed = "";
  await runLine(cox, "cox", ["__completeNoDesc", "helm", "pull", "x/"], io);
  assert.equal(printed, ":0\n");
});

const bin = join(home, "bin");
mkdirSync(bin);
for (const name of ["cox", "helm"])
  symlinkSync(fileURLToPath(new URL("../../bin/cox", import.meta.url)), join(bin, name));

/** What a shell that has read the script offers after a line. */
const shells = {
  bash: (script: string, words: readonly string[]) =>
    `${script}
compopt() { :; }
COMP_WORDS=(${words.map((word) => `'${word}'`).join(" ")}); COMP_CWORD=${words.length - 1}
_${words[0]}_complete; printf '%s\\n' "\${COMPREPLY[@]}"`,
  fish: (script: string, words: readonly string[]) => `${script}\ncomplete -C '${words.join(" ")}'`,
};

for (const [shell, ask] of Object.entries(shells))
  for (const [program, words, want] of [
    ["cox", ["cox", "helm", "repo", "remove", ""], "grade\nother\n"],
    ["helm", ["helm", "ver"], /^verify.*is valid\)?\nversion.*version information\)?\n$/],
    ["helm", ["helm", "list", "-o", "j"], "json\n"],
  ] as const) {
    const isMissing = spawnSync(shell, ["--version"]).error !== undefined;
    test(`helm completion ${shell} completes "${words.join(" ")}"`, {
      skip: isMissing && `${shell} is not installed`,
    }, () => {
      const PATH = `${bin}:${process.env["PATH"] ?? ""}`;
      const options = { env: { ...process.env, ...env, HOME: home, PATH }, encoding: "utf8" } as const;
      const line = program === "cox" ? ["helm", "completion", shell] : ["completion", shell];
      const script = execFileSync(join(bin, program), line, options);
      const offered = execFileSync(shell, ["-c", ask(script, words)], options);
      if (typeof want === "string") assert.equal(offered, want);
      else assert.match(offered, want);
    });
  }
