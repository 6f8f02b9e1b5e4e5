import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const main = fileURLToPath(new URL("../main.ts", import.meta.url));
const documents = 500;
const textLength = 100_000;
const outputBytes = documents * textLength;

const template = `{{- range $i := until ${documents} }}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: large-{{ $i }}}
data:
  text: {{ repeat ${textLength} "x" }}
{{- end }}
`;

/** The most memory that a process has had so far, in bytes. */
function peakOf(pid: number | undefined): number {
  const kilobytes = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
  return Number(kilobytes) * 1024;
}

test("helm template prints the first of 50 MB before it has made the last, and holds no second copy of them", {
  skip: existsSync("/proc/self/status") ? false : "a process's peak memory is read from /proc",
}, async () => {
  const chart = mkdtempSync(join(tmpdir(), "cox-large-"));
  try {
    mkdirSync(join(chart, "templates"));
    writeFileSync(join(chart, "Chart.yaml"), "apiVersion: v2\nname: large\nversion: 1.0.0\n");
    writeFileSync(join(chart, "templates/all.yaml"), template);
    const child = spawn(process.execPath, [main, "helm", "template", "x", chart], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const ended = once(child, "exit");
    let received = 0;
    const until = async (bytes: number): Promise<void> => {
      while (received < bytes) {
        const [piece] = (await once(child.stdout, "data")) as [Buffer];
        received += piece.length;
      }
      child.stdout.pause();
    };
    await until(1);
    // Nobody reads on, so the program stands in the middle of writing: the pipe holds 64 KiB.
    assert.equal(child.exitCode, null);
    assert.ok(received < outputBytes / 10);
    const atFirst = peakOf(child.pid);
    child.stdout.resume();
    await until(outputBytes - 2 * 1024 * 1024);
    assert.equal(child.exitCode, null);
    const atLast = peakOf(child.pid);
    child.stdout.resume();
    child.stdout.on("data", (piece: Buffer) => {
      received += piece.length;
    });
    const [code] = await ended;
    assert.equal(code, 0);
    assert.ok(received > outputBytes);
    const grown = atLast - atFirst;
    assert.ok(grown < outputBytes / 2, `printing took ${grown} bytes more`);
  } finally {
    rmSync(chart, { recursive: true });
  }
});
