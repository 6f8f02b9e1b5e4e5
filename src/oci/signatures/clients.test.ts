import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { parseReference } from "../reference.ts";
import { openRepository, type Repository } from "../repository.ts";
import { findProgram, runProgram } from "../testing/programs.ts";
import { platformFetch, startEmbeddedRegistry, temporaryFolder } from "../testing/registry.ts";
import { type CosignTrust, createCosignVerifier } from "./cosign.ts";
import { newKey } from "./testing/certificates.ts";
import {
  annotationsByKey,
  bundleByKey,
  payloadFor,
  pushBundle,
  pushSomething,
  pushTagged,
  statementFor,
} from "./testing/publish.ts";
import { createTestSigstore } from "./testing/sigstore.ts";

const cosign = findProgram("cosign");
const skip = cosign === undefined ? "cosign is not there: set COX_PEERS to the folder that holds bin/cosign" : false;

async function verifyCosign(repository: Repository, digest: string, trust: CosignTrust): Promise<void> {
  await (await createCosignVerifier(trust))(repository, digest);
}

async function openWorld(t: Parameters<typeof temporaryFolder>[0]) {
  const home = await temporaryFolder(t);
  const host = await startEmbeddedRegistry(t);
  const run = async (...parameters: readonly string[]): Promise<string> => {
    const env = { HOME: home, COSIGN_PASSWORD: "" };
    const { code, output } = await runProgram(cosign ?? "", parameters, { cwd: home, env });
    assert.equal(code, 0, `cosign ${parameters.join(" ")}\n${output}`);
    return output;
  };
  const open = (name: string) =>
    openRepository(parseReference(`${host}/${name}`), { fetch: platformFetch, plainHttp: true });
  return { home, host, run, open };
}

test("createCosignVerifier() believes what cosign signs, in both formats", { skip }, async (t) => {
  const { home, host, run, open } = await openWorld(t);
  await run("generate-key-pair");
  const key = await readFile(join(home, "cosign.pub"), "utf8");
  for (const format of [true, false]) {
    const name = `web-${format}`;
    const { digest } = await pushSomething(open(name));
    await assert.rejects(verifyCosign(open(name), digest, { keys: [key] }), { code: "NoSignatures" });
    await run(
      ..."sign --yes --key cosign.key --tlog-upload=false --use-signing-config=false --allow-http-registry".split(" "),
      `--new-bundle-format=${format}`,
      `${host}/${name}@${digest}`,
    );
    await verifyCosign(open(name), digest, { keys: [key] });
  }
});

test("cosign believes what our tests sign: they are like the real thing", { skip }, async (t) => {
  const { home, host, run, open } = await openWorld(t);
  const now = Date.now();
  const day = 24 * 60 * 60 * 1000;
  const sigstore = createTestSigstore(new Date(now - day), new Date(now + 365 * day));
  const who = { email: "dev@example.test", issuer: "https://accounts.example.test", at: new Date(now - day / 2) };
  const key = newKey();
  await writeFile(join(home, "root.json"), sigstore.trustedRoot);
  await writeFile(join(home, "key.pub"), key.publicKey.export({ type: "spki", format: "pem" }));
  const byKey = ["--key", "key.pub", "--insecure-ignore-tlog"];
  const byIdentity = [
    ..."--trusted-root root.json --certificate-identity dev@example.test".split(" "),
    "--certificate-oidc-issuer=https://accounts.example.test",
  ];
  for (const format of ["tag", "bundle"])
    for (const [kind, flags] of [
      ["key", byKey],
      ["identity", byIdentity],
    ] as const) {
      const repository = open(`${format}-${kind}`);
      const subject = await pushSomething(repository);
      const payload = payloadFor(subject.digest);
      const statement = statementFor(subject.digest);
      if (format === "bundle")
        await pushBundle(
          repository,
          subject,
          kind === "key" ? bundleByKey(key, statement) : sigstore.signStatement(statement, who),
        );
      else {
        const annotations = kind === "key" ? annotationsByKey(key, payload) : sigstore.signPayload(payload, who);
        await pushTagged(repository, subject.digest, [{ payload, annotations }]);
      }
      const image = `${host}/${format}-${kind}@${subject.digest}`;
      await run("verify", ...flags, "--allow-http-registry", `--new-bundle-format=${format === "bundle"}`, image);
    }
});
