import {
  at,
  begin,
  change,
  chart,
  condition,
  hasReason,
  isReady,
  isStalled,
  missing,
  release,
  requestSource,
  testHook,
} from "../release.ts";
import type { Scenario } from "../scenario.ts";

/** Tests, hooks and definitions. */
export const hooks: readonly Scenario[] = [
  {
    name: "tests-succeed",
    async play(actor) {
      await begin(actor, { test: { enable: true } }, chart(testHook("busybox:1.37")));
      await actor.until(
        "the tests",
        (object) => isReady(object) && condition(object, "TestSuccess")?.status === "True",
      );
      await actor.mark("tested");
    },
  },
  {
    name: "no-tests",
    async play(actor) {
      await begin(actor, { test: { enable: true } });
      await actor.until(
        "the tests",
        (object) => isReady(object) && condition(object, "TestSuccess")?.status === "True",
      );
      await actor.mark("tested");
    },
  },
  {
    name: "tests-fail",
    async play(actor) {
      await begin(actor, { timeout: "6s", test: { enable: true } }, chart(testHook(missing)));
      await actor.until("retries to be exhausted", isStalled);
      await actor.mark("stalled");
    },
  },
  {
    name: "failed-tests-are-ignored",
    async play(actor) {
      await begin(actor, { timeout: "6s", test: { enable: true, ignoreFailures: true } }, chart(testHook(missing)));
      await actor.until("the tests", hasReason("TestSuccess", "TestFailed"));
      await actor.until("the end", isReady);
      await actor.mark("tested");
    },
  },
  {
    name: "tests-are-filtered",
    async play(actor) {
      const other = testHook(missing)["templates/tests/smoke.yaml"]!.replace("-smoke", "-other");
      await begin(
        actor,
        { test: { enable: true, filters: [{ name: "web-other", exclude: true }] } },
        chart({ ...testHook("busybox:1.37"), "templates/tests/other.yaml": other }),
      );
      await actor.until("the tests", hasReason("TestSuccess", "TestSucceeded"));
      await actor.until("the end", isReady);
      await actor.mark("tested");
    },
  },
  {
    name: "hooks",
    async play(actor) {
      await begin(actor, {}, chart(hookFiles("busybox:1.37")));
      await actor.until("the install", at(1));
      await actor.mark("installed");
      await change(actor, { values: { setting: "two" } });
      await actor.until("the upgrade", at(2));
      await actor.mark("upgraded");
      await actor.remove(release, "HelmRelease", "web");
      await actor.untilGone(release, "HelmRelease", "web");
      await actor.mark("gone");
    },
  },
  {
    name: "hook-fails",
    async play(actor) {
      await begin(actor, { timeout: "6s" }, chart(hookFiles(missing)));
      await actor.until("retries to be exhausted", isStalled);
      await actor.mark("stalled");
    },
  },
  {
    name: "hooks-are-disabled",
    async play(actor) {
      await begin(actor, { install: { disableHooks: true } }, chart(hookFiles(missing)));
      await actor.until("the install", at(1));
      await actor.mark("installed");
    },
  },
  ...(["nohooks", "separate"] as const).map(
    (strategy): Scenario => ({
      name: `post-render-strategy-${strategy}`,
      async play(actor) {
        await begin(
          actor,
          { postRenderStrategy: strategy, commonMetadata: { labels: { team: "school" } } },
          chart(hookFiles("busybox:1.37")),
        );
        await actor.until("the install", at(1));
        await actor.mark("installed");
      },
    }),
  ),
  {
    name: "definitions",
    async play(actor) {
      const group = `${actor.namespace}.example.com`;
      await begin(actor, { upgrade: { crds: "CreateReplace" } }, chart(definitionFiles(group, "one")));
      await actor.until("the install", at(1));
      await actor.mark("installed");
      await actor.publish("web", "1.1.0", chart(definitionFiles(group, "two")));
      await requestSource(actor, "HelmRepository", "charts");
      await change(actor, { chart: { spec: { version: "1.1.0" } } });
      await actor.until("the upgrade", at(2));
      await actor.mark("upgraded");
      await actor.remove(release, "HelmRelease", "web");
      await actor.untilGone(release, "HelmRelease", "web");
      await actor.mark("gone");
    },
  },
  {
    name: "definitions-are-skipped",
    repeats: true,
    async play(actor) {
      await begin(
        actor,
        { timeout: "6s", install: { crds: "Skip" } },
        chart(definitionFiles(`${actor.namespace}.example.com`, "one")),
      );
      await actor.until("the failure", hasReason("Ready", "InstallFailed"));
      await change(actor, { suspend: true });
      await actor.until("the suspension", (object) => object.status?.observedGeneration === object.metadata.generation);
      await actor.mark("failed");
    },
  },
  {
    name: "health-checks",
    async play(actor) {
      const group = `${actor.namespace}.example.com`;
      await begin(
        actor,
        {
          healthCheckExprs: [
            {
              apiVersion: `${group}/v1`,
              kind: "Gadget",
              current: "has(spec.size) && spec.size > 2",
              failed: "spec.size == 0",
            },
          ],
        },
        chart(definitionFiles(group, "one")),
      );
      await actor.until("the wait", hasReason("Reconciling", "Progressing"));
      await actor.untilThere(`${group}/v1`, "Gadget", "web");
      await actor.patch(`${group}/v1`, "Gadget", "web", { spec: { size: 3 } });
      await actor.until("the install", at(1));
      await actor.mark("installed");
      await change(actor, { values: { size: 0 } });
      await actor.until("the failed upgrade", isStalled);
      await actor.mark("failed");
    },
  },
  {
    name: "bad-health-check",
    async play(actor) {
      await begin(actor, {
        healthCheckExprs: [{ apiVersion: "example.com/v1", kind: "Gadget", current: "spec.size >" }],
      });
      await actor.until("the refusal", isStalled);
      await actor.mark("stalled");
    },
  },
];

function hookFiles(image: string): Readonly<Record<string, string>> {
  const job = (event: string, weight: number, policy: string): string => `apiVersion: batch/v1
kind: Job
metadata:
  name: {{ .Release.Name }}-${event}
  annotations: {"helm.sh/hook": ${event}, "helm.sh/hook-weight": "${weight}"${policy === "" ? "" : `, "helm.sh/hook-delete-policy": "${policy}"`}}
spec:
  backoffLimit: 0
  template:
    spec:
      restartPolicy: Never
      containers: [{name: main, image: ${image}}]
`;
  return {
    "templates/hooks/pre-install.yaml": job("pre-install", -5, "hook-succeeded"),
    "templates/hooks/post-install.yaml": job("post-install", 0, ""),
    "templates/hooks/post-upgrade.yaml": job("post-upgrade", 1, "before-hook-creation,hook-succeeded"),
    "templates/hooks/post-delete.yaml": job("post-delete", 0, "hook-failed"),
    "templates/hooks/settings.yaml": `apiVersion: v1
kind: ConfigMap
metadata:
  name: {{ .Release.Name }}-settings
  annotations: {"helm.sh/hook": "pre-install,pre-upgrade", "helm.sh/hook-weight": "-10"}
data: {setting: {{ .Values.setting | quote }}}
`,
  };
}

/** A definition of a kind, and an object of it. */
export function definitionFiles(group: string, description: string): Readonly<Record<string, string>> {
  return {
    "crds/gadgets.yaml": `apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata:
  name: gadgets.${group}
spec:
  group: ${group}
  scope: Namespaced
  names: {kind: Gadget, listKind: GadgetList, plural: gadgets, singular: gadget}
  versions:
  - name: v1
    served: true
    storage: true
    schema:
      openAPIV3Schema:
        type: object
        description: ${description}
        properties: {spec: {type: object, properties: {size: {type: integer}}}}
`,
    "templates/gadget.yaml": `apiVersion: ${group}/v1
kind: Gadget
metadata:
  name: {{ .Release.Name }}
spec:
  size: {{ if hasKey .Values "size" }}{{ .Values.size }}{{ else }}1{{ end }}
`,
  };
}
