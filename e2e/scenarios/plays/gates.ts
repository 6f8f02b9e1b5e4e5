import { at, begin, chart } from "../release.ts";
import type { Actor, Scenario } from "../scenario.ts";

/** What gates allow. */
export const gates: readonly Scenario[] = [
  { name: "hosts-are-looked-up", flags: ["--feature-gates=AllowDNSLookups=true"], play: askForHost },
  { name: "hosts-are-not-looked-up", play: askForHost },
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
