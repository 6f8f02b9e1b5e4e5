import assert from "node:assert/strict";
import { test } from "node:test";
import { ApiError, conflict, forbidden, invalid, isApiError, noMatch, notFound } from "./errors.ts";
import { fieldError } from "./field-error.ts";

const releases = { group: "helm.toolkit.fluxcd.io", plural: "helmreleases" };
const secrets = { group: "", plural: "secrets" };

// The texts are what kube-apiserver 1.36 answers.
const texts: readonly { readonly error: ApiError; readonly text: string; readonly http: number }[] = [
  { error: notFound(secrets, "x"), text: 'secrets "x" not found', http: 404 },
  { error: notFound(releases, "x"), text: 'helmreleases.helm.toolkit.fluxcd.io "x" not found', http: 404 },
  {
    error: conflict(secrets, "x"),
    text: 'Operation cannot be fulfilled on secrets "x": the object has been modified; please apply your changes to the latest version and try again',
    http: 409,
  },
  {
    error: forbidden(secrets, "", 'User "u" cannot list resource "secrets" in API group "" in the namespace "n"'),
    text: 'secrets is forbidden: User "u" cannot list resource "secrets" in API group "" in the namespace "n"',
    http: 403,
  },
  {
    error: noMatch({ apiVersion: "stable.example.com/v1", kind: "CronTab" }),
    text: 'no matches for kind "CronTab" in version "stable.example.com/v1"',
    http: 404,
  },
  {
    error: invalid({ group: "apps", kind: "Deployment" }, "d", [fieldError.required("spec.selector")]),
    text: 'Deployment.apps "d" is invalid: spec.selector: Required value',
    http: 422,
  },
  {
    error: invalid({ group: "", kind: "Pod" }, "p", [
      fieldError.required("spec.containers"),
      fieldError.notSupported("spec.dnsPolicy", "Foo", ["ClusterFirst", "Default"]),
    ]),
    text: 'Pod "p" is invalid: [spec.containers: Required value, spec.dnsPolicy: Unsupported value: "Foo": supported values: "ClusterFirst", "Default"]',
    http: 422,
  },
];
for (const { error, text, http } of texts) {
  test(`ApiError ${error.code} says ${text}`, () => {
    assert.equal(error.message, text);
    assert.equal(error.http, http);
    assert.equal(error.status.code, http);
  });
}

test("ApiError takes its code from the HTTP code where the server gave no reason it knows", () => {
  const status = { kind: "Status", apiVersion: "v1", metadata: {}, status: "Failure" } as const;
  assert.equal(new ApiError({ ...status, code: 503 }).code, "ServiceUnavailable");
  assert.equal(new ApiError({ ...status, code: 418 }).code, "Unknown");
  assert.equal(new ApiError({ ...status, code: 409, reason: "constructor" }).code, "Conflict");
  assert.equal(new ApiError({ ...status, code: 500, reason: "InternalError" }).code, "InternalError");
});

test("isApiError() tells reasons apart", () => {
  assert.ok(isApiError(notFound(secrets, "x"), "NotFound", "Gone"));
  assert.ok(!isApiError(notFound(secrets, "x"), "Conflict"));
  assert.ok(!isApiError(new Error("x")));
});
