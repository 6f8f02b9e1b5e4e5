import { chart, isReady, release, releaseSpec, source } from "../scenarios/release.ts";
import type { Actor } from "../scenarios/scenario.ts";

/** What a program answered to a line. */
export interface Answer {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A line of flux and its answer, with everything masked that differs between two runs. */
export interface Told extends Answer {
  readonly line: string;
}

export type RunFlux = (line: readonly string[]) => Promise<Answer>;

/** What a person does with flux and a release, one line after another; `{change}` lines are done to the cluster in between. */
const lines: readonly string[] = [
  "get hr",
  "get helmreleases web",
  "get hr --show-source",
  "get hr --no-header",
  "get hr absent",
  "get hr --status-selector ready=false",
  "get sources helm",
  "get sources chart",
  "get sources all",
  "get all",
  "get ks",
  "reconcile hr web",
  "reconcile hr web --with-source",
  "reconcile hr web --force",
  "reconcile hr web --reset",
  "reconcile hr absent",
  "reconcile hr broken --timeout 6s",
  "reconcile source helm charts",
  "get hr web",
  "suspend hr web",
  "suspend hr absent",
  "get hr web",
  "reconcile hr web",
  "resume hr web",
  "resume hr absent",
  "suspend source helm charts",
  "resume source helm charts",
  "events --for HelmRelease/web",
  "events --for HelmRelease/absent",
  "debug hr web --show-status",
  "debug hr web --show-values",
  "debug hr web --show-history",
  "debug hr web",
  "export hr web",
  "export hr --all",
  "export hr absent",
  "export source helm charts",
  "trace deployment web",
  "trace configmap settings",
  "trace hr web",
  "tree ks absent",
  "stats",
  "delete hr web --silent",
  "delete hr absent --silent",
  "get hr web",
];

/** Makes a release that works and one that does not, and says every line that `chosen` takes. */
export async function playFlux(
  actor: Actor,
  run: RunFlux,
  chosen: (line: string) => boolean = () => true,
): Promise<readonly Told[]> {
  await prepare(actor);
  const told: Told[] = [];
  for (const line of lines.filter(chosen)) {
    const answer = await run([...line.split(" "), "--namespace", actor.namespace]);
    // flux does not wait for the end.
    if (line.startsWith("delete hr web")) await actor.untilGone(release, "HelmRelease", "web");
    told.push({
      line,
      code: answer.code,
      stdout: maskAnswer(answer.stdout, actor, line),
      stderr: maskAnswer(answer.stderr, actor, line),
    });
  }
  return told;
}

async function prepare(actor: Actor): Promise<void> {
  await actor.publish("web", "1.0.0", chart());
  await actor.publish("broken", "1.0.0", { "templates/fail.yaml": '{{ fail "it will not do" }}\n' });
  await actor.create({
    apiVersion: source,
    kind: "HelmRepository",
    metadata: { name: "charts" },
    spec: { interval: "1h", url: actor.repositoryUrl },
  });
  await actor.create({
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: "settings" },
    data: { "values.yaml": "setting: from-map\nreplicas: 2\n" },
  });
  const spec = { valuesFrom: [{ kind: "ConfigMap", name: "settings" }], values: { replicas: 1 } };
  await actor.create({ apiVersion: release, kind: "HelmRelease", metadata: { name: "web" }, spec: releaseSpec(spec) });
  await actor.until("the install", isReady);
  const sourceRef = { kind: "HelmRepository", name: "charts" };
  await actor.create({
    apiVersion: release,
    kind: "HelmRelease",
    metadata: { name: "broken" },
    spec: { interval: "1h", chart: { spec: { chart: "broken", interval: "1h", sourceRef } } },
  });
  await actor.until("the failure", (object) => JSON.stringify(object.status).includes("it will not do"), "broken");
}

/** Replaces what no two runs have in common, and the padding that depends on it. */
function maskAnswer(text: string, { namespace, repositoryUrl }: Actor, line: string): string {
  const masked = text
    .replaceAll(namespace, "<namespace>")
    .replaceAll(repositoryUrl, "<repository>")
    .replaceAll(/\d{4}-\d\d-\d\d[T ][\d:.]+( [+-]\d{4} \w+|Z|[+-]\d\d:\d\d)?/g, "<time>")
    .replaceAll(/sha256:[0-9a-f]+/g, "sha256:<hex>")
    .replaceAll(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, "<uid>")
    .replaceAll(/(Duration: |of size )\S+/g, "$1<figure>")
    .replaceAll(/[\d.]+ k?i?B\b/g, "<size>")
    .replaceAll(/ +(\t|$)/gm, "$1");
  if (!line.startsWith("events")) return masked;
  // Whether a source had nothing new when it was asked, and who was asked first, is a matter of chance and of no interest.
  const isLasting = (row: string): boolean => !/\t(ArtifactUpToDate|NoSourceArtifact)\t/.test(row);
  // When an event was seen, and how often, differs; so does the order of what happened in one second.
  const rows = masked.split("\n").map((row) => row.replace(/^\S+( \(x\d+ over \S+\))?\s*\t/, "<age>\t"));
  return [...new Set(rows.filter(isLasting))].toSorted().join("\n");
}
