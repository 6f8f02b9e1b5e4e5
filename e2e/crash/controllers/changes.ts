import { type ReleaseRecord, withStatus } from "../../../src/release/index.ts";
import { webChart } from "../../world.ts";
import type { Ground } from "./ground.ts";
import { readRevisions, storageOf } from "./remains.ts";
import {
  changeSpec,
  conditionOf,
  type ControllerScenario,
  installed,
  isReady,
  lookedAtAfter,
  request,
} from "./scenario.ts";

const secretKind = { apiVersion: "v1", kind: "Secret" } as const;

/** What others did to a release, and what its spec may be changed to. */
export const changes: readonly ControllerScenario[] = [
  {
    name: "locked by a dead process",
    steps: [
      installed,
      lookedAtAfter(async (ground) => {
        const last = await lastOf(ground);
        const next = { ...last, version: last.version + 1 };
        await storageOf(ground).create(withStatus(next, "pending-upgrade", "Preparing upgrade"));
      }, "1"),
    ],
  },
  {
    name: "changed by helm behind our back",
    steps: [
      installed,
      lookedAtAfter(async (ground) => {
        const { client, namespace } = ground;
        const map = { apiVersion: "v1", kind: "ConfigMap", namespace, name: "web" };
        await client.patch(map, { data: { setting: "by hand" } }, { type: "merge", fieldManager: "helm" });
        const last = await lastOf(ground);
        const storage = storageOf(ground);
        await storage.update(withStatus(last, "superseded", last.info.description ?? ""));
        await storage.create({ ...last, version: last.version + 1, config: { setting: "by hand" } });
      }, "1"),
    ],
  },
  {
    name: "the stored release was changed",
    steps: [
      installed,
      lookedAtAfter(
        async (ground) => storageOf(ground).update({ ...(await lastOf(ground)), config: { setting: "by hand" } }),
        "1",
      ),
    ],
  },
  {
    name: "the stored release is unreadable, and removed",
    steps: [
      installed,
      {
        act: async (ground) => {
          const { client, namespace } = ground;
          const data = { release: btoa("not a release") };
          for (const { version } of await readRevisions(ground)) {
            const secret = { ...secretKind, namespace, name: `sh.helm.release.v1.web.v${version}` };
            await client.patch(secret, { data }, { type: "merge" });
          }
          await request("1")(ground);
        },
        goal: (release) => conditionOf(release, "Ready")?.reason === "StateError",
      },
      lookedAtAfter(async ({ client, namespace }) => {
        const { items } = await client.list(secretKind, { namespace, labelSelector: "owner=helm" });
        for (const { metadata } of items) await client.delete({ ...secretKind, namespace, name: metadata.name ?? "" });
      }, "2"),
    ],
  },
  {
    name: "the chart is renamed",
    steps: [
      installed,
      {
        act: async (ground) => {
          await ground.publish("shop", "1.0.0", webChart);
          const { namespace } = ground;
          const reference = { apiVersion: "source.toolkit.fluxcd.io/v1", kind: "HelmRepository", namespace };
          const annotations = { "reconcile.fluxcd.io/requestedAt": "1" };
          await ground.client.patch({ ...reference, name: "charts" }, { metadata: { annotations } }, { type: "merge" });
          await changeSpec({ chart: { spec: { chart: "shop" } } })(ground);
        },
        goal: (release) => isReady(release) && release?.status?.history?.[0]?.chartName === "shop",
      },
    ],
  },
  {
    name: "the target namespace is changed",
    spec: { releaseName: "web", install: { createNamespace: true } },
    steps: [
      installed,
      {
        act: (ground) => changeSpec({ targetNamespace: ground.otherNamespace })(ground),
        goal: (release, { otherNamespace }) =>
          isReady(release) && release?.status?.history?.[0]?.namespace === otherNamespace,
      },
    ],
  },
];

async function lastOf(ground: Ground): Promise<ReleaseRecord> {
  const last = (await readRevisions(ground)).at(-1);
  if (last === undefined) throw new Error("nothing is stored");
  return last;
}
