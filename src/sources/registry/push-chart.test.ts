import assert from "node:assert/strict";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { openRepository, parseReference } from "../../oci/index.ts";
import { findProgram, runProgram } from "../../oci/testing/programs.ts";
import { platformFetch, startEmbeddedRegistry, temporaryFolder } from "../../oci/testing/registry.ts";
import { readArchiveMetadata } from "../chart/metadata.ts";
import { pushChart } from "./push-chart.ts";

const helm = findProgram("helm4");
const skip = helm === undefined ? "helm4 is not there: set COX_PEERS to the folder that holds bin/helm4" : false;

const charts = {
  least: "",
  "with everything": `home: https://example.test/?a=1&b=<2>
sources: [https://git.example.test/web, https://other.example.test]
description: "A <b>chart</b> & more"
keywords: [a, b]
maintainers: [{name: One, email: one@example.test}, {name: Two}, {email: three@example.test, url: https://x}]
icon: https://example.test/icon.svg
condition: a.b
tags: x,y
appVersion: "1.10"
deprecated: true
kubeVersion: ">=1.20.0"
type: application
annotations: {z: last, a: first, org.opencontainers.image.title: other, org.opencontainers.image.url: https://own}
`,
  "with an empty list": 'keywords: []\nsources: []\ndescription: " "\n',
};
for (const [name, more] of Object.entries(charts))
  test(`pushChart() uploads a chart ${name} as helm does, byte for byte`, { skip }, async (t) => {
    const home = await temporaryFolder(t);
    const host = await startEmbeddedRegistry(t);
    const run = async (...parameters: readonly string[]): Promise<void> => {
      const { code, output } = await runProgram(helm ?? "", parameters, { cwd: home, env: { HOME: home } });
      assert.equal(code, 0, output);
    };
    await mkdir(join(home, "web"));
    await writeFile(join(home, "web/Chart.yaml"), `apiVersion: v2\nname: web\nversion: 1.2.3+b1\n${more}`);
    await run("package", "web");
    await writeFile(join(home, "web-1.2.3+b1.tgz.prov"), "signed");
    await run("push", "web-1.2.3+b1.tgz", `oci://${host}/helm`, "--plain-http");
    const open = (path: string) =>
      openRepository(parseReference(`${host}/${path}`), { fetch: platformFetch, plainHttp: true });
    const theirs = await open("helm/web").manifest("1.2.3_b1");
    const archive = await readFile(join(home, "web-1.2.3+b1.tgz"));
    const created = new Date(theirs.manifest.annotations?.["org.opencontainers.image.created"] ?? "");
    const provenance = Buffer.from("signed");
    const metadata = await readArchiveMetadata(archive);
    const ours = await pushChart(open("cox/web"), { archive, metadata, provenance, created });
    assert.deepEqual((await open("cox/web").manifest(ours.tag)).manifest, theirs.manifest);
    assert.equal(ours.manifest.digest, theirs.descriptor.digest);
  });
