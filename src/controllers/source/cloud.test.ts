import assert from "node:assert/strict";
import { test } from "node:test";
import { refuseServiceAccount } from "./cloud.ts";
import { FailureError } from "./failure.ts";

const cases = [
  {
    name: "in Flux's words without the gate",
    featureGates: new Set<string>(),
    reason: "FeatureGateDisabled",
    message:
      "to use spec.serviceAccountName for provider authentication please enable the ObjectLevelWorkloadIdentity feature gate in the controller",
  },
  {
    name: "as something that is not there with it",
    featureGates: new Set(["ObjectLevelWorkloadIdentity"]),
    reason: "AuthenticationFailed",
    message: "the identity of spec.serviceAccountName in a cloud is not supported: only the controller's own is",
  },
];
for (const { name, featureGates, reason, message } of cases)
  test(`refuseServiceAccount() refuses ${name}`, () =>
    assert.throws(
      () => refuseServiceAccount({ featureGates }),
      (error) => {
        assert.ok(error instanceof FailureError);
        assert.deepEqual([error.failure.reason, error.failure.message, error.failure.next], [reason, message, "stall"]);
        return true;
      },
    ));
