import { encodeRecord, type ReleaseRecord, withStatus } from "../../../src/release/index.ts";
import { webChart } from "../../world.ts";
import type { Ground } from "./ground.ts";
import { readRevisions } from "./remains.ts";
import {
  changeSpec,
  conditionOf,
  type ControllerScenario,
  installed,
  isAnswered,
  isReady,
  request,
} from "./scenario.ts";

/** What others did to a release, and what its spec may be changed to. */
export const changes: readonly ControllerScenario[] = [
  {
    name: "locked by a dead process",
    steps: [
      installed,
      {
        act: async (ground) => {
          const last = await lastOf(ground);
          const next = { ...last, version: last.version + 1 };
          await store(ground, withStatus(next, "pending-upgrade", "Preparing upgrade"));
          await request("1")(ground);
        },
        goal: isAnswered("1"),
      },
    ],
  },
  {
    name: "changed by helm behind our back",
    steps: [
      installed,
      {
        act: async (ground) => {
          const { client, namespace } = ground;
          const map = { apiVersion: "v1", kind: "ConfigMap", namespace, name: "web" };
          await client.patch(map, { data: { setting: "by hand" } }, { type: "merge", fieldManager: "helm" });
          const last = await lastOf(ground);
          await replace(ground, withStatus(last, "superseded", last.info.description ?? ""));
          await store(ground, { ...last, version: last.version + 1, config: { setting: "by hand" } });
          await request("1")(ground);
        },
        goal: isAnswered("1"),
      },
    ],
  },
  {
    name: "the stored release was changed",
    steps: [
      installed,
      {
        act: async (ground) => {
          await replace(ground, { ...(await lastOf(ground)), config: { setting: "by hand" } });
          await request("1")(ground);
        },
        goal: isAnswered("1"),
      },
    ],
  },
  {
    name: "the stored release is unreadable, and removed",
    steps: [
      installed,
      {
        act: async (ground) => {
          const data = { release: btoa("not a release") };
          for (const { version } of await readRevisions(ground))
            await ground.client.patch(secretOf(ground, version), { data }, { type: "merge" });
          await request("1")(ground);
        },
        goal: (release) => conditionOf(release, "Ready")?.reason === "StateError",
      },
      {
        act: async (ground) => {
          const { client, namespace } = ground;
          const kind = { apiVersion: "v1", kind: "Secret" };
          const { items } = await client.list(kind, { namespace, labelSelector: "owner=helm" });
          for (const { metadata } of items) await client.delete({ ...kind, namespace, name: metadata.name ?? "" });
          await request("2")(ground);
        },
        goal: isAnswered("2"),
      },
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

const secretOf = ({ namespace }: Ground, version: number) =>
  ({ apiVersion: "v1", kind: "Secret", namespace, name: `sh.helm.release.v1.web.v${version}` }) as const;

async function lastOf(ground: Ground): Promise<ReleaseRecord> {
  const last = (await readRevisions(ground)).at(-1);
  if (last === undefined) throw new Error("nothing is stored");
  return last;
}

/** Stores a revision as another program would. */
async function store(ground: Ground, record: ReleaseRecord): Promise<void> {
  const secret = secretOf(ground, record.version);
  const { apiVersion, kind, name, namespace } = secret;
  const { status } = record.info;
  const labels = { modifiedAt: "1790000000", name: "web", owner: "helm", status, version: String(record.version) };
  const data = { release: btoa(encodeRecord(record, secret)) };
  await ground.client.create({
    apiVersion,
    kind,
    type: "helm.sh/release.v1",
    metadata: { name, namespace, labels },
    data,
  });
}

async function replace(ground: Ground, record: ReleaseRecord): Promise<void> {
  const secret = secretOf(ground, record.version);
  const patch = {
    metadata: { labels: { status: record.info.status } },
    data: { release: btoa(encodeRecord(record, secret)) },
  };
  await ground.client.patch(secret, patch, { type: "merge" });
}
