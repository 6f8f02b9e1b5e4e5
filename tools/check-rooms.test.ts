import assert from "node:assert/strict";
import { test } from "node:test";
import { findWrongArrows } from "./check-rooms.ts";

const cases = [
  {
    name: "accepts an arrow that is on the map",
    path: "src/chart/load.ts",
    text: 'import { compile } from "../template/index.ts";',
    want: [],
  },
  {
    name: "accepts any file of base",
    path: "src/chart/load.ts",
    text: 'import { x } from "../base/digest.ts";',
    want: [],
  },
  {
    name: "refuses an arrow that is not",
    path: "src/kube/client.ts",
    text: 'import { x } from "../cluster/index.ts";',
    want: ["src/kube/client.ts: kube may not import cluster"],
  },
  {
    name: "refuses a side door",
    path: "src/chart/load.ts",
    text: 'import type { x } from "../template/parser.ts";',
    want: ["src/chart/load.ts: enters template by parser.ts, not by its index.ts"],
  },
  {
    name: "refuses a lazy import too",
    path: "src/kube/a.ts",
    text: 'await import("../cli/index.ts")',
    want: ["src/kube/a.ts: kube may not import cli"],
  },
  {
    name: "keeps node: out of web-standard rooms",
    path: "src/api/a.ts",
    text: 'import { readFileSync } from "node:fs";',
    want: ["src/api/a.ts: imports node:fs, but api uses web standards only outside its node/ folder"],
  },
  {
    name: "lets node: into a node/ folder",
    path: "src/kube/node/a.ts",
    text: 'import { readFileSync } from "node:fs";',
    want: [],
  },
  {
    name: "lets a test compose rooms",
    path: "src/kube/a.test.ts",
    text: 'import { createCluster } from "../cluster/index.ts";',
    want: [],
  },
];
for (const { name, path, text, want } of cases)
  test(`findWrongArrows() ${name}`, () => assert.deepEqual(findWrongArrows([{ path, text }]), want));
