import { execFileSync } from "node:child_process";
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Runs `tools/PROGRAM/main.go` with modules of these versions, in a folder of its own with these files; gives what it prints. */
export function runGo(
  program: string,
  options: {
    readonly needs: readonly string[];
    readonly input: string;
    readonly env?: Readonly<Record<string, string>>;
    readonly files?: Readonly<Record<string, string>>;
  },
): string {
  const { needs, input, env = {}, files = {} } = options;
  const cwd = mkdtempSync(join(tmpdir(), `cox-${program}-`));
  try {
    copyFileSync(`tools/${program}/main.go`, join(cwd, "main.go"));
    const required = needs.map((one) => `require ${one}\n`).join("");
    writeFileSync(join(cwd, "go.mod"), `module recorder\n\ngo 1.25\n\n${required}`);
    for (const [name, text] of Object.entries(files)) writeFileSync(join(cwd, name), text);
    const environment = { ...process.env, ...env, GOFLAGS: "-mod=mod" };
    return execFileSync("go", ["run", "."], { cwd, env: environment, input }).toString();
  } finally {
    rmSync(cwd, { recursive: true, force: true });
  }
}
