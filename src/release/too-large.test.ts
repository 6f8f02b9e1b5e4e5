import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { install } from "./install.ts";
import { createConfigMapStorage, createSecretStorage } from "./storage/drivers.ts";
import { configMap, createChart, createWorld } from "./testing/world.ts";
import { upgrade } from "./upgrade.ts";

const hook = configMap("before", "x", "helm.sh/hook: pre-install,pre-upgrade");
const small = createChart({ "config.yaml": configMap("web", "one"), "hook.yaml": hook });
// Numbers whose text hardly shrinks when it is zipped.
const noise = Array.from({ length: 90_000 }, (_, index) => Math.sin(index).toString(36)).join("");
const large = createChart({ "config.yaml": configMap("web", "two"), "hook.yaml": hook }, { files: { noise } });

// The texts are helm 4.2.4's.
const drivers = [
  {
    kind: "Secret",
    create: createSecretStorage,
    text: (revision: number) =>
      `create: failed to create: Secret "sh.helm.release.v1.web.v${revision}" is invalid: data: Too long: may not be more than 1048576 bytes`,
  },
  {
    kind: "ConfigMap",
    create: createConfigMapStorage,
    text: (revision: number) =>
      `ConfigMap "sh.helm.release.v1.web.v${revision}" is invalid: []: Too long: may not be more than 1048576 bytes`,
  },
] as const;

for (const { kind, create, text } of drivers) {
  describe(`a release that no ${kind} can hold`, () => {
    const open = () => {
      const world = createWorld();
      const storage = create({ client: world.client, namespace: "default", now: world.context.now });
      return { world, context: { ...world.context, storage } };
    };

    test("is not installed, and leaves nothing", async () => {
      const { world, context } = open();
      await using _ = world;
      await assert.rejects(install(context, { name: "web", namespace: "default", chart: large, values: {} }), {
        code: "TooLarge",
        message: text(1),
        record: undefined,
      });
      for (const name of ["web", "before", "sh.helm.release.v1.web.v1"]) {
        assert.equal(await world.tryGet("ConfigMap", name), undefined);
        assert.equal(await world.tryGet("Secret", name), undefined);
      }
    });

    test("is not upgraded to, and what was deployed stays so", async () => {
      const { world, context } = open();
      await using _ = world;
      await install(context, { name: "web", namespace: "default", chart: small, values: {} });
      await assert.rejects(upgrade(context, { name: "web", chart: large, values: {} }), {
        code: "TooLarge",
        message: text(2),
        record: undefined,
      });
      const history = await context.storage.history("web");
      assert.deepEqual(
        history.map(({ version, info }) => `${version} ${info.status}`),
        ["1 deployed"],
      );
      assert.deepEqual((await world.tryGet("ConfigMap", "web"))?.data, { key: "one" });
    });
  });
}
