import assert from "node:assert/strict";
import { test } from "node:test";
import { isIgnored, parseIgnoreFile } from "./gitignore.ts";
import recorded from "./testdata/gitignore.json" with { type: "json" };
import inputs from "./testdata/names.json" with { type: "json" };

const { paths } = inputs;

interface Row {
  readonly lines: readonly string[];
  readonly domain: readonly string[];
  readonly files: readonly string[];
  readonly directories: readonly string[];
}

test(`isIgnored() decides ${recorded.length} ignore files as Flux's sourceignore 0.18.0 does`, () => {
  for (const { lines, domain, files, directories } of recorded as readonly Row[]) {
    const patterns = parseIgnoreFile(lines.join("\n"), domain);
    const ignored = (kind: "file" | "directory") => paths.filter((path) => isIgnored(patterns, path, kind));
    assert.deepEqual(ignored("file"), files, JSON.stringify(lines));
    assert.deepEqual(ignored("directory"), directories, JSON.stringify(lines));
  }
});
