import { at, begin, change, chart } from "../release.ts";
import type { Actor, Scenario } from "../scenario.ts";

/** What gates and flags allow. */
export const gates: readonly Scenario[] = [
  { name: "hosts-are-looked-up", flags: ["--feature-gates=AllowDNSLookups=true"], play: askForHost },
  { name: "hosts-are-not-looked-up", play: askForHost },
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
