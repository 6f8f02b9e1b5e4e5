import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import type { GitRepository, KubeObject } from "../../api/index.ts";
import { createCluster } from "../../cluster/index.ts";
import { createClient } from "../../kube/index.ts";
import type { Context } from "../runtime/index.ts";
import { type SignedObjects, signedObjects } from "../../sources/testing/signed-objects.ts";
import { FailureError } from "../source/failure.ts";
import type { Mode } from "./decide.ts";
import { verify } from "./verify.ts";

const find = (name: string): SignedObjects => {
  const found = signedObjects.find((each) => each.name === name);
  assert.ok(found);
  return found;
};
const ssh = find("ssh-ed25519");
const pgp = find("pgp-ed25519");

function checkoutOf({ name, commit, tag }: SignedObjects) {
  const content = Buffer.from(commit, "base64");
  const object = { hash: hashOf("tag", tag), type: "tag", content: Buffer.from(tag, "base64") } as const;
  const details = { hash: hashOf("commit", commit), tree: "", message: "", committedAt: 0, content };
  return { commit: details.hash, details, tag: { name, object } };
}

function hashOf(type: string, base64: string): string {
  const content = Buffer.from(base64, "base64");
  return createHash("sha1").update(`${type} ${content.length}\0`).update(content).digest("hex");
}

const signedBySsh = checkoutOf(ssh);
const signedByPgp = checkoutOf(pgp);
const tagOf = ({ tag }: typeof signedBySsh): string => `${tag.name}@${tag.object.hash}`;
const unsigned = { ...signedBySsh.details, content: Buffer.from("tree 0\n\nmessage\n") };

const cases: readonly {
  name: string;
  mode: Mode;
  checkout: Parameters<typeof verify>[1];
  secret?: string;
  want: string;
}[] = [
  {
    name: "names the key of a commit",
    mode: "HEAD",
    checkout: signedBySsh,
    want: `verified signature of\n\t- commit '${signedBySsh.commit}' with key '${ssh.key}'`,
  },
  {
    name: "names the key of a tag",
    mode: "Tag",
    checkout: signedByPgp,
    want: `verified signature of\n\t- tag '${tagOf(signedByPgp)}' with key '${pgp.key}'`,
  },
  {
    name: "names both",
    mode: "TagAndHEAD",
    checkout: signedByPgp,
    want: `verified signature of\n\t- tag '${tagOf(signedByPgp)}' with key '${pgp.key}'\n\t- commit '${signedByPgp.commit}' with key '${pgp.key}'`,
  },
  {
    name: "stalls when a tag is to be verified and none was asked for",
    mode: "Tag",
    checkout: { commit: signedBySsh.commit, details: signedBySsh.details },
    want: "stall InvalidVerificationMode: cannot verify tag object's signature if a tag reference is not specified",
  },
  {
    name: "tries again when the tag is a bare name",
    mode: "TagAndHEAD",
    checkout: { ...signedBySsh, tag: { name: "v1" } },
    want: "retry InvalidGitObject: cannot verify signature of tag 'v1' since it is not signed",
  },
  {
    name: "refuses a commit without a signature",
    mode: "HEAD",
    checkout: { ...signedBySsh, details: unsigned },
    want: `retry InvalidCommitSignature: signature verification of commit '${signedBySsh.commit}' failed: unsupported signature type: empty`,
  },
  {
    name: "refuses a tag of somebody else",
    mode: "Tag",
    checkout: signedBySsh,
    secret: "others",
    want: `retry InvalidTagSignature: signature verification of tag '${tagOf(signedBySsh)}' failed: unable to verify Git tag SSH signature: unable to verify payload with any of the given authorized keys: no matching key\npublic key does not match`,
  },
  {
    name: "says that there are no keys",
    mode: "HEAD",
    checkout: signedBySsh,
    secret: "none",
    want: 'retry VerificationError: public keys secret error: secrets "none" not found',
  },
];

for (const { name, mode, checkout, secret = "keys", want } of cases)
  test(`verify() ${name}`, async (t) => {
    const cluster = createCluster();
    t.after(() => cluster.close());
    const client = createClient({ server: "http://cluster.test", fetch: (request) => cluster.fetch(request) });
    await client.create({ apiVersion: "v1", kind: "Namespace", metadata: { name: "apps" } });
    for (const [secretName, stringData] of Object.entries({
      keys: { "a.sshpub": ssh.publicKey, "b.asc": pgp.publicKey },
      others: { "a.sshpub": find("ssh-rsa").publicKey },
    }))
      await client.create({
        apiVersion: "v1",
        kind: "Secret",
        metadata: { name: secretName, namespace: "apps" },
        stringData,
      } as KubeObject);
    const repository = {
      apiVersion: "source.toolkit.fluxcd.io/v1",
      kind: "GitRepository",
      metadata: { namespace: "apps", name: "app" },
      spec: { url: "https://git.test/app", interval: "1m", verify: { mode, secretRef: { name: secret } } },
    } as GitRepository;
    const context = { client, signal: t.signal } as unknown as Context;
    const said = await verify(repository, checkout, { mode, context }).catch((error: unknown) => {
      assert.ok(error instanceof FailureError, String(error));
      const { condition, reason, message, next } = error.failure;
      assert.equal(condition, "SourceVerified");
      return `${next} ${reason}: ${message}`;
    });
    assert.equal(said, want);
  });
