// Runs the tests: all of them, or those whose path contains one of the arguments. Prints what fails and one closing line; of chosen ones
// every test, unless --quiet. A file may take --minutes; --one-by-one runs no two files at a time.
import { globSync } from "node:fs";
import { run } from "node:test";
import { spec } from "node:test/reporters";
import { parseArgs } from "node:util";

const { values, positionals: wanted } = parseArgs({
  allowPositionals: true,
  options: { quiet: { type: "boolean" }, minutes: { type: "string", default: "4" }, "one-by-one": { type: "boolean" } },
});
const files = ["src", "tools", "conformance", "e2e"]
  .flatMap((folder) => globSync(`${folder}/**/*.test.ts`))
  .filter((file) => wanted.length === 0 || wanted.some((part) => file.includes(part)))
  .toSorted();

const counts = { passed: 0, failed: 0, skipped: 0 };
const began = performance.now();
const stream = run({ files, concurrency: values["one-by-one"] !== true, timeout: Number(values.minutes) * 60_000 });
stream.on("test:pass", (event) => {
  if (event.details.type === "suite" || isFile(event)) return;
  if (event.skip !== undefined || event.todo !== undefined) counts.skipped += 1;
  else counts.passed += 1;
});
stream.on("test:fail", (event) => {
  if (event.details.type === "suite") return;
  counts.failed += 1;
});
const quiet = wanted.length === 0 || values.quiet === true;
if (quiet) stream.on("test:fail", (event) => process.stdout.write(describe(event)));
else stream.compose(spec).pipe(process.stdout);
stream.on("end", () => {
  const seconds = ((performance.now() - began) / 1000).toFixed(1);
  process.stdout.write(`${files.length} test files in ${seconds} s\n`);
  process.stdout.write(`${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped\n`);
  process.exitCode = counts.failed > 0 || counts.passed === 0 ? 1 : 0;
});
if (quiet) stream.resume();

/** node:test reports each file as a test of its own; only its failure to load is news. */
function isFile(event: { readonly name: string; readonly nesting: number }): boolean {
  return event.nesting === 0 && files.includes(event.name);
}

function describe(event: {
  readonly name: string;
  readonly file?: string;
  readonly line?: number;
  readonly details: { readonly error: unknown };
}): string {
  const error = event.details.error as { readonly cause?: unknown; readonly message?: string };
  const cause =
    error.cause instanceof Error ? (error.cause.stack ?? error.cause.message) : String(error.cause ?? error.message);
  return `FAIL ${event.file ?? ""}:${event.line ?? 0}\n  ${event.name}\n  ${cause.replaceAll("\n", "\n  ")}\n`;
}
