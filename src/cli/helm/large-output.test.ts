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
    const closed = once(child, "close");
    let received = 0;
    let wanted = Number.POSITIVE_INFINITY;
    let reached = (): void => {};
    child.stdout.on("data", (piece: Buffer) => {
      received += piece.length;
      if (received < wanted) return;
      child.stdout.pause();
      reached();
    });
    const readUntil = async (bytes: number): Promise<void> => {
      wanted = bytes;
      const arrived = new Promise<void>((resolve) => {
        reached = resolve;
      });
      child.stdout.resume();
      await arrived;
    };
    await readUntil(1);
    // Nobody reads on, so the program stands in the middle of writing: the pipe holds 64 KiB.
    assert.equal(child.exitCode, null);
    assert.ok(received < outputBytes / 10);
    const atFirst = peakOf(child.pid);
    await readUntil(outputBytes - 2 * 1024 * 1024);
    assert.equal(child.exitCode, null);
    const atLast = peakOf(child.pid);
    wanted = Number.POSITIVE_INFINITY;
    child.stdout.resume();
    const [code] = await closed;
    assert.equal(code, 0);
    assert.ok(received > outputBytes);
    const grown = atLast - atFirst;
    assert.ok(grown < outputBytes / 2, `printing took ${grown} bytes more`);
  } finally {
    rmSync(chart, { recursive: true });
  }
});
