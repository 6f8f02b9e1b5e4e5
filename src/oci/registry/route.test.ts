import assert from "node:assert/strict";
import { test } from "node:test";
import { type Route, routeOf } from "./route.ts";

const digest = `sha256:${"0".repeat(64)}`;
const id = "01234567-89ab-cdef-0123-456789abcdef";

const routes: readonly (readonly [path: string, route: Route])[] = [
  ["/v2/", { to: "base" }],
  ["/v2", { to: "base" }],
  ["/v2/_catalog", { to: "catalog" }],
  ["/v2/web/tags/list", { to: "tags", repository: "web" }],
  ["/v2/charts/tags/list/tags/list", { to: "tags", repository: "charts/tags/list" }],
  ["/v2/a/manifests/1.0.0_b1", { to: "manifest", repository: "a", reference: "1.0.0_b1" }],
  [`/v2/a/b/manifests/${digest}`, { to: "manifest", repository: "a/b", reference: digest }],
  [`/v2/a/blobs/${digest}`, { to: "blob", repository: "a", digest }],
  [`/v2/a/referrers/${digest}`, { to: "referrers", repository: "a", digest }],
  ["/v2/a/blobs/uploads/", { to: "uploads", repository: "a" }],
  ["/v2/a/blobs/uploads", { to: "uploads", repository: "a" }],
  [`/v2/a/blobs/uploads/${id}`, { to: "upload", repository: "a", id }],
  ["/", { to: "nowhere", because: "path" }],
  ["/v1/a/tags/list", { to: "nowhere", because: "path" }],
  ["/v2/a/tags/other", { to: "nowhere", because: "path" }],
  ["/v2/a/blobs/uploads/..", { to: "nowhere", because: "path" }],
  ["/v2/a/tags/uploads/list", { to: "nowhere", because: "path" }],
  ["/v2/A/tags/list", { to: "nowhere", because: "name" }],
  ["/v2/../tags/list", { to: "nowhere", because: "name" }],
  ["/v2/_blobs/tags/list", { to: "nowhere", because: "name" }],
  ["/v2/a%2fb/tags/list", { to: "nowhere", because: "name" }],
  [`/v2/${"a".repeat(256)}/tags/list`, { to: "nowhere", because: "name" }],
  ["/v2/a/blobs/sha256:1", { to: "nowhere", because: "digest" }],
  [`/v2/a/blobs/md5:${"0".repeat(32)}`, { to: "nowhere", because: "digest" }],
  ["/v2/a/referrers/latest", { to: "nowhere", because: "digest" }],
  ["/v2/a/manifests/sha256:..", { to: "nowhere", because: "digest" }],
  ["/v2/a/manifests/.hidden", { to: "nowhere", because: "reference" }],
  [`/v2/a/manifests/${"t".repeat(129)}`, { to: "nowhere", because: "reference" }],
];
for (const [path, route] of routes)
  test(`routeOf() reads ${path.slice(0, 60)}`, () => assert.deepEqual(routeOf(path), route));
