import assert from "node:assert/strict";
import { test } from "node:test";
import { imageProblem, normalize } from "./images.ts";

const names = [
  ["nginx", "docker.io/library/nginx:latest"],
  ["nginx:1.27", "docker.io/library/nginx:1.27"],
  ["stefanprodan/podinfo", "docker.io/stefanprodan/podinfo:latest"],
  ["ghcr.io/stefanprodan/podinfo:6.9.0", "ghcr.io/stefanprodan/podinfo:6.9.0"],
  ["localhost:5000/a", "localhost:5000/a:latest"],
  ["localhost/a:1", "localhost/a:1"],
  [`a@sha256:${"0".repeat(64)}`, `docker.io/library/a@sha256:${"0".repeat(64)}`],
] as const;
for (const [image, full] of names) {
  test(`normalize() completes ${image}`, () => assert.equal(normalize(image), full));
  test(`imageProblem() finds nothing wrong with ${image}`, () => assert.equal(imageProblem(image), undefined));
}

test("imageProblem() says not found in containerd's words", () => {
  assert.deepEqual(imageProblem("does-not-exist"), {
    reason: "ErrImagePull",
    message:
      'rpc error: code = NotFound desc = failed to pull and unpack image "docker.io/library/does-not-exist:latest": failed to resolve reference "docker.io/library/does-not-exist:latest": docker.io/library/does-not-exist:latest: not found',
  });
});

for (const image of ["", "Nginx", "a b", "a:", "a@sha256:1", "-a", "a//b"]) {
  test(`imageProblem() refuses ${JSON.stringify(image)} as no reference`, () => {
    assert.equal(imageProblem(image)?.reason, "InvalidImageName");
  });
}
