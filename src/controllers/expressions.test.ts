import assert from "node:assert/strict";
import { test } from "node:test";
import type { KubeObject } from "../api/index.ts";
import { compileHealthChecks, ExpressionError, type HealthCheck, isReadyByExpression } from "./expressions.ts";

const gadget = (status: object, generation = 1): KubeObject => ({
  apiVersion: "example.com/v1",
  kind: "Gadget",
  metadata: { name: "a", generation },
  status,
});
const check = (more: Partial<HealthCheck> = {}): HealthCheck => ({
  apiVersion: "example.com/v1",
  kind: "Gadget",
  current: "status.phase == 'Ready'",
  ...more,
});

const judged: readonly {
  readonly name: string;
  readonly checks: readonly HealthCheck[];
  readonly object: KubeObject;
  readonly want: string | undefined;
}[] = [
  { name: "knows what is current", checks: [check()], object: gadget({ phase: "Ready" }), want: "Current" },
  { name: "takes the rest for in progress", checks: [check()], object: gadget({ phase: "New" }), want: "InProgress" },
  {
    name: "asks about failures before it asks about success",
    checks: [check({ failed: "status.phase == 'Ready'" })],
    object: gadget({ phase: "Ready" }),
    want: "Failed",
  },
  {
    name: "asks about progress first",
    checks: [check({ failed: "true", inProgress: "true" })],
    object: gadget({ phase: "Ready" }),
    want: "InProgress",
  },
  {
    name: "waits for the observed generation",
    checks: [check()],
    object: gadget({ phase: "Ready", observedGeneration: 1 }, 2),
    want: "InProgress",
  },
  { name: "does not know where a field is missing", checks: [check()], object: gadget({}), want: "Unknown" },
  {
    name: "does not know what is no boolean",
    checks: [check({ current: "'a'" })],
    object: gadget({}),
    want: "Unknown",
  },
  {
    name: "judges any version of the kind",
    checks: [check({ apiVersion: "example.com/v2" })],
    object: gadget({ phase: "Ready" }),
    want: "Current",
  },
  {
    name: "judges a whole group where no kind is named",
    checks: [{ apiVersion: "example.com/v1", current: "true" }],
    object: gadget({}),
    want: "Current",
  },
  {
    name: "leaves other kinds to others",
    checks: [check({ kind: "Widget" })],
    object: gadget({ phase: "Ready" }),
    want: undefined,
  },
];
for (const { name, checks, object, want } of judged)
  test(`compileHealthChecks() ${name}`, () => assert.equal(compileHealthChecks(checks)?.(object)?.status, want));

const refused: readonly { readonly name: string; readonly checks: readonly HealthCheck[]; readonly want: RegExp }[] = [
  {
    name: "an expression that cannot be read",
    checks: [check(), check({ kind: "Widget", failed: "status.a ==" })],
    want: /^failed to create custom status evaluator for healthchecks\[1\]: failed to parse the expression Failed: failed to parse the CEL expression 'status.a ==': /,
  },
  {
    name: "two checks of one kind",
    checks: [check(), check()],
    want: /^duplicate custom health check for GroupKind Gadget.example.com at healthchecks\[1\]$/,
  },
];
for (const { name, checks, want } of refused)
  test(`compileHealthChecks() refuses ${name}`, () => {
    assert.throws(
      () => compileHealthChecks(checks),
      (error) => error instanceof ExpressionError && want.test(error.message),
    );
  });

test("isReadyByExpression() knows the object and its dependency", () => {
  const objects = { self: gadget({ wanted: 2 }), dep: gadget({ found: 2 }) };
  assert.equal(isReadyByExpression("self.status.wanted == dep.status.found", objects), true);
  assert.equal(isReadyByExpression("self.status.wanted < dep.status.found", objects), false);
  assert.throws(
    () => isReadyByExpression("dep.status.other == 1", objects),
    /^Error: failed to evaluate the CEL expression 'dep.status.other == 1': no such key: other$/,
  );
  assert.throws(
    () => isReadyByExpression("dep.status.found", objects),
    /^Error: failed to evaluate CEL expression as boolean: 'dep.status.found'$/,
  );
});
