import { answered, at, begin, change, chart, hasReason, request } from "../release.ts";
import type { Actor, Scenario } from "../scenario.ts";

/** What gates and flags allow. */
export const gates: readonly Scenario[] = [
  { name: "hosts-are-looked-up", flags: ["--feature-gates=AllowDNSLookups=true"], play: askForHost },
  { name: "hosts-are-not-looked-up", play: askForHost },
  {
    name: "cluster-of-an-unknown-provider",
    play: refuseProvider({ provider: "other", address: "https://remote.example.com" }),
  },
  {
    name: "cluster-of-a-service-account-without-the-gate",
    play: refuseProvider({ provider: "generic", address: "https://remote.example.com", serviceAccountName: "remote" }),
  },
  {
    name: "cluster-of-a-cloud-without-its-name",
    play: refuseProvider({ provider: "aws", address: "https://remote.example.com" }),
  },
  {
    name: "another-manager-is-overridden",
    flags: ["--override-manager=person"],
    async play(actor) {
      await begin(actor, { driftDetection: { mode: "enabled" } });
      await actor.until("the install", at(1));
      await actor.patch("v1", "ConfigMap", "web", { data: { extra: "not in the chart" } });
      await request(actor, "1");
      await actor.until("the correction", answered("1"));
      await actor.untilThere("v1", "ConfigMap", "web", ({ data }) => !("extra" in (data as object)));
      await actor.mark("corrected");
    },
  },
  {
    name: "digests-of-another-algorithm",
    flags: ["--snapshot-digest-algo=sha512"],
    async play(actor) {
      const image = { name: "registry.example.com/web", newTag: "1.0.1" };
      await begin(actor, {
        postRenderers: [{ kustomize: { images: [image] } }],
        commonMetadata: { labels: { team: "shop" } },
      });
      await actor.until("the install", at(1));
      await change(actor, { values: { setting: "two" } });
      await actor.until("the upgrade", at(2));
      await actor.mark("upgraded");
    },
  },
];

/** A chart that asks for the address of a host that every machine knows. */
async function askForHost(actor: Actor): Promise<void> {
  const template = `apiVersion: v1
kind: ConfigMap
metadata: {name: {{ .Release.Name }}-host}
data: {known: "{{ getHostByName "localhost" | empty | not }}"}
`;
  await begin(actor, {}, chart({ "templates/host.yaml": template }));
  await actor.until("the install", at(1));
  await actor.mark("installed");
}

/** A release whose cluster trusts a token that somebody gives for a ServiceAccount. */
function refuseProvider(data: Readonly<Record<string, string>>): Scenario["play"] {
  return async (actor) => {
    await actor.create({ apiVersion: "v1", kind: "ServiceAccount", metadata: { name: "remote" } });
    await actor.create({ apiVersion: "v1", kind: "ConfigMap", metadata: { name: "remote" }, data });
    await begin(actor, { kubeConfig: { configMapRef: { name: "remote" } } });
    await actor.until("the refusal", hasReason("Ready", "RESTClientError"));
    await actor.mark("refused");
  };
}
