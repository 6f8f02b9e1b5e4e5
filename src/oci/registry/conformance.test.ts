import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { createCertificate } from "../../cluster/node/index.ts";
import { findProgram, runProgram } from "../testing/programs.ts";
import { startEmbeddedRegistry, temporaryFolder } from "../testing/registry.ts";

const suite = findProgram("oci-conformance");
const skip =
  suite === undefined ? "the OCI conformance suite is not built: tools/install-oci-conformance.sh" : (false as const);

// All that the suite can ask for is on, but for manifests whose parts are missing: the specification lets a registry refuse those.
const everything = {
  OCI_VERSION: "dev",
  OCI_API_BLOBS_DIGEST_HEADER: "true",
  OCI_API_BLOBS_UPLOAD_CANCEL: "true",
  OCI_API_MANIFESTS_DIGEST_HEADER: "true",
  OCI_API_MANIFESTS_TAG_PARAM: "true",
  OCI_DATA_SPARSE: "false",
};

test("Registry: passes the OCI distribution conformance suite, with users, over TLS", { skip }, async (t) => {
  const user = { username: "me", password: "pass" };
  const { certificate, key } = await createCertificate();
  const host = await startEmbeddedRegistry(t, user, { cert: certificate, key });
  const folder = await temporaryFolder(t);
  await writeFile(join(folder, "ca.crt"), certificate);
  const { code, output } = await runProgram(suite ?? "", [], {
    cwd: folder,
    env: {
      ...everything,
      OCI_REGISTRY: host,
      OCI_TLS: "enabled",
      SSL_CERT_FILE: join(folder, "ca.crt"),
      OCI_USERNAME: user.username,
      OCI_PASSWORD: user.password,
    },
  });
  assert.equal(code, 0, output);
  const count = (word: string): number => Number(new RegExp(`^ *${word}\\.+: +(\\d+)$`, "m").exec(output)?.[1]);
  assert.deepEqual([count("FAIL"), count("Skip"), count("Disabled")], [0, 0, 0], output);
  assert.ok(count("Pass") > 900, output);
});
