import assert from "node:assert/strict";
import { test } from "node:test";
import type { HelmRelease, KubeObject } from "../src/api/index.ts";
import { helmRelease, helmRepository, ready, releaseSpec, startWorld, webChart } from "./world.ts";

test("bad input gets a condition and an event, and other releases go on", { timeout: 60_000 }, async (t) => {
  const world = await startWorld(t);
  await world.publish("web", "1.0.0", webChart);
  await world.publish("unparsable", "1.0.0", { "templates/broken.yaml": "a: {{ .Values.x\n" });
  await world.publish("notyaml", "1.0.0", { "templates/broken.yaml": "kind: ConfigMap\n  a: [\n" });
  await world.create(helmRepository, "charts", { interval: "10m", url: world.repositoryUrl });
  await world.create(helmRepository, "unreachable", { interval: "10m", url: "http://127.0.0.1:9/", timeout: "5s" });

  await t.test("a chart that does not parse", async () => {
    await world.create(helmRelease, "unparsable", releaseSpec("unparsable"));
    const release = await world.until(helmRelease, "unparsable", (object) => ready(object)?.reason === "InstallFailed");
    assert.match(
      ready(release)?.message ?? "",
      /^Helm install failed for release apps\/unparsable with chart unparsable@1\.0\.0: parse error at \(unparsable\/templates\/broken\.yaml:2\): unclosed action started at unparsable\/templates\/broken\.yaml:1$/,
    );
    assert.equal((release as HelmRelease).status?.history?.length ?? 0, 0);
    await world.untilEvent("unparsable", /^Warning InstallFailed: Helm install failed for release apps\/unparsable/);
  });

  await t.test("a template that gives no YAML", async () => {
    await world.create(helmRelease, "notyaml", releaseSpec("notyaml"));
    const release = await world.until(helmRelease, "notyaml", (object) => ready(object)?.reason === "InstallFailed");
    assert.match(ready(release)?.message ?? "", /notyaml\/templates\/broken\.yaml/);
  });

  await t.test("values that are not a map", async () => {
    await world.client.create({
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name: "list", namespace: "apps" },
      data: { "values.yaml": "- 1\n" },
    } as KubeObject);
    await world.create(
      helmRelease,
      "badvalues",
      releaseSpec("web", { valuesFrom: [{ kind: "ConfigMap", name: "list" }] }),
    );
    const release = await world.until(helmRelease, "badvalues", (object) => ready(object)?.reason === "ValuesError");
    assert.match(
      ready(release)?.message ?? "",
      /^could not resolve ConfigMap chart values reference 'apps\/list' with key 'values\.yaml': /,
    );
    await world.untilEvent("badvalues", /^Warning ValuesError: could not resolve ConfigMap/);
  });

  await t.test("values that come from nowhere", async () => {
    await world.create(
      helmRelease,
      "novalues",
      releaseSpec("web", { valuesFrom: [{ kind: "Secret", name: "absent" }] }),
    );
    const release = await world.until(helmRelease, "novalues", (object) => ready(object)?.reason === "ValuesError");
    assert.equal(
      ready(release)?.message,
      "could not resolve Secret chart values reference 'apps/absent' with key 'values.yaml': secrets \"absent\" not found",
    );
  });

  await t.test("a source that does not exist", async () => {
    await world.create(helmRelease, "nosource", {
      ...releaseSpec("web"),
      chart: { spec: { chart: "web", sourceRef: { kind: "HelmRepository", name: "absent" } } },
    });
    const release = await world.until(helmRelease, "nosource", (object) => ready(object)?.reason === "SourceNotReady");
    assert.match(ready(release)?.message ?? "", /^HelmChart 'apps\/apps-nosource' is not ready: /);
    await world.untilEvent("apps-nosource", /absent/);
  });

  await t.test("a chart that the repository does not have", async () => {
    await world.create(helmRelease, "nochart", releaseSpec("absent"));
    const chart = await world.until<KubeObject>(
      { apiVersion: "source.toolkit.fluxcd.io/v1", kind: "HelmChart" },
      "apps-nochart",
      (object) => ready(object)?.status === "False",
    );
    assert.match(ready(chart)?.message ?? "", /no chart name found/);
  });

  await t.test("a repository that does not answer", async () => {
    const repository = await world.until<KubeObject>(
      helmRepository,
      "unreachable",
      (object) => ready(object)?.status === "False",
    );
    assert.match(ready(repository)?.message ?? "", /^failed to fetch Helm repository index: /);
    await world.untilEvent("unreachable", /^Warning Failed: failed to fetch Helm repository index/);
  });

  await t.test("a release beside them", async () => {
    await world.create(helmRelease, "web", releaseSpec("web"));
    const release = await world.until(helmRelease, "web", (object) => ready(object)?.status === "True");
    assert.equal(ready(release)?.message, "Helm install succeeded for release apps/web.v1 with chart web@1.0.0");
  });
});
