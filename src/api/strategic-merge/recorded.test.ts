import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { schemaOf } from "../builtin/index.ts";
import { createThreeWayMergePatch, createTwoWayMergePatch, StrategicMergeError, strategicMergePatch } from "./index.ts";

// What k8s.io/apimachinery 0.36's strategicpatch made of the same input.
interface Recorded {
  readonly name: string;
  readonly kind: string;
  readonly original: object;
  readonly patch?: object;
  readonly result?: object;
  readonly modified?: object;
  readonly current?: object;
  readonly threeWay?: object;
  readonly twoWay?: object;
  readonly applied?: object;
  readonly error?: string;
}

const file = new URL("testdata/recorded.json", import.meta.url);
for (const recorded of JSON.parse(readFileSync(file, "utf8")) as readonly Recorded[]) {
  const { name, kind, original, patch, modified, current, error } = recorded;
  const group = kind === "Deployment" ? "apps" : "";
  const schema = schemaOf({ group, version: "v1", kind });
  if (patch !== undefined) {
    test(`strategicMergePatch() ${name}`, () => {
      const before = structuredClone({ original, patch });
      const run = () => strategicMergePatch(original, patch, schema);
      if (error === undefined) assert.deepEqual(run(), recorded.result);
      else assert.throws(run, isSameError(error));
      assert.deepEqual({ original, patch }, before, "the inputs stay as they are");
    });
    continue;
  }
  if (error !== undefined) {
    test(`createThreeWayMergePatch() ${name}`, () => {
      assert.throws(() => createThreeWayMergePatch(original, modified, current, schema), isSameError(error));
    });
    continue;
  }
  test(`createThreeWayMergePatch() ${name}`, () => {
    const made = createThreeWayMergePatch(original, modified, current, schema);
    assert.deepEqual(made, recorded.threeWay);
    assert.deepEqual(strategicMergePatch(current, made, schema), recorded.applied);
  });
  test(`createTwoWayMergePatch() ${name}`, () => {
    assert.deepEqual(createTwoWayMergePatch(original, modified, schema), recorded.twoWay);
  });
}

// Go prints whole maps into some texts; what counts is the text before them.
function isSameError(text: string): (thrown: unknown) => boolean {
  const start = text.split(/map\[|:\n/)[0] ?? "";
  return (thrown) => thrown instanceof StrategicMergeError && thrown.message.startsWith(start);
}
