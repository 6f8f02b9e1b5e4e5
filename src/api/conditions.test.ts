import assert from "node:assert/strict";
import { test } from "node:test";
import { removeCondition, setCondition } from "./conditions.ts";
import type { Condition } from "./object.ts";

const before = new Date("2026-01-02T03:04:05.678Z");
const after = new Date("2026-01-02T04:00:00.999Z");
const state = { type: "Ready", status: "True", reason: "Succeeded", message: "stored" } as const;
const set = (conditions: readonly Condition[], change: Partial<Condition>, now = after, observedGeneration = 1) =>
  setCondition(conditions, { ...state, ...change }, { now, observedGeneration });

const first = set([], {}, before);

test("setCondition() writes whole seconds and the generation", () => {
  assert.deepEqual(first, [{ ...state, observedGeneration: 1, lastTransitionTime: "2026-01-02T03:04:05Z" }]);
});

const cases = [
  { name: "keeps the transition time of an equal condition", change: {}, moved: false },
  { name: "moves the transition time when the status changes", change: { status: "False" }, moved: true },
  { name: "moves the transition time when the reason changes", change: { reason: "Other" }, moved: true },
  { name: "moves the transition time when the message changes", change: { message: "other" }, moved: true },
] as const;
for (const { name, change, moved } of cases) {
  test(`setCondition() ${name}`, () => {
    const [condition] = set(first, change);
    assert.equal(condition?.lastTransitionTime, moved ? "2026-01-02T04:00:00Z" : "2026-01-02T03:04:05Z");
  });
}

test("setCondition() follows the generation without moving the transition time", () => {
  assert.deepEqual(set(first, {}, after, 7), [{ ...first[0], observedGeneration: 7 }]);
});

test("setCondition() puts Stalled, Reconciling and Ready first, then newer generations, then names", () => {
  let conditions: readonly Condition[] = [];
  const order = [
    ["Zeta", 2],
    ["Alpha", 1],
    ["Beta", 2],
    ["Ready", 1],
    ["Reconciling", 1],
    ["Stalled", 1],
  ] as const;
  for (const [type, generation] of order) conditions = set(conditions, { type }, after, generation);
  const types = conditions.map(({ type }) => type);
  assert.deepEqual(types, ["Stalled", "Reconciling", "Ready", "Beta", "Zeta", "Alpha"]);
});

test("setCondition() cuts a message at 32768 bytes and ends it with dots", () => {
  const [ascii] = set([], { message: "x".repeat(40_000) });
  assert.equal(ascii?.message.length, 32768);
  assert.ok(ascii?.message.endsWith("x..."));
  const [wide] = set([], { message: "ü".repeat(20_000) });
  assert.equal(Buffer.byteLength(wide?.message ?? ""), 32767);
  const [full] = set([], { message: "y".repeat(32_768) });
  assert.equal(full?.message, "y".repeat(32_768));
});

test("removeCondition() leaves the others", () => {
  assert.deepEqual(removeCondition(first, "Stalled"), first);
  assert.deepEqual(removeCondition(first, "Ready"), []);
});
