import assert from "node:assert/strict";
import { test } from "node:test";
import { hookOrder } from "./hooks.ts";
import type { RecordedHook } from "./record.ts";

function hook(name: string, weight: number, events: RecordedHook["events"]): RecordedHook {
  return { name, weight, events, last_run: { phase: "" }, delete_policies: [], output_log_policies: [] };
}

const cases = [
  {
    name: "orders by weight, then by name, whatever the kind order was",
    hooks: [hook("b", 0, ["pre-install"]), hook("c", -5, ["pre-install"]), hook("a", 0, ["pre-install"])],
    want: ["c", "a", "b"],
  },
  {
    name: "keeps the record's order for equal weight and name",
    hooks: [hook("x", 1, ["pre-install"]), hook("x", 1, ["pre-install", "test"])],
    want: ["x", "x"],
  },
  {
    name: "leaves out the hooks of other events",
    hooks: [hook("t", 0, ["test"]), hook("p", 0, ["post-install", "pre-install"])],
    want: ["p"],
  },
];
for (const { name, hooks, want } of cases) {
  test(`hookOrder() ${name}`, () => {
    const order = hookOrder(hooks, "pre-install");
    assert.deepEqual(
      order.map((index) => hooks[index]?.name),
      want,
    );
    assert.equal(new Set(order).size, order.length);
  });
}
