import { writeTarGz } from "../../../base/node/tar.ts";
import { type Descriptor, type Keychain, openRepository, parseReference, type Repository } from "../../../oci/index.ts";
import {
  type Authority,
  createAuthority,
  type KeyPair,
  newKey,
  pemOf,
} from "../../../oci/signatures/testing/certificates.ts";
import { pushNotation } from "../../../oci/signatures/testing/notation.ts";
import {
  annotationsByKey,
  bundleByKey,
  payloadFor,
  pushBundle,
  pushTagged,
  statementFor,
} from "../../../oci/signatures/testing/publish.ts";
import { createTestSigstore } from "../../../oci/signatures/testing/sigstore.ts";
import { platformFetch } from "../../../oci/testing/registry.ts";
import { pushChart } from "../../../sources/index.ts";

const day = 24 * 60 * 60 * 1000;
const created = new Date("2026-01-01T00:00:00Z");
export const user = { username: "me", password: "pass" };

/** The artifacts of the cases, in an open registry and in one with a user. */
export async function fillRegistries(open: string, closed: string) {
  const now = Date.now();
  const [from, until] = [new Date(now - day), new Date(now + 365 * day)];
  const ours = newKey();
  const theirs = newKey();
  const authority = createAuthority({ C: "DE", ST: "B", O: "test" }, from, until);
  const stranger = createAuthority({ C: "DE", ST: "B", O: "other" }, from, until);
  const sigstore = createTestSigstore(from, until);
  const who = { email: "dev@example.test", issuer: "https://accounts.example.test", at: new Date(now - day / 2) };

  await push(closed, "web", ["1.0.0"]);
  await push(open, "web", ["1.0.0", "1.1.0", "2.0.0-rc.1"]);
  const signed = async (name: string, add: (repository: Repository, subject: Descriptor) => Promise<void>) => {
    const [subject] = await push(open, name, ["1.0.0"]);
    if (subject !== undefined) await add(openIn(open, name), subject);
  };
  const tagged =
    (key: KeyPair) =>
    (repository: Repository, { digest }: Descriptor) => {
      const payload = payloadFor(digest);
      return pushTagged(repository, digest, [{ payload, annotations: annotationsByKey(key, payload) }]);
    };
  await signed("key-tag", tagged(ours));
  await signed("other-tag", tagged(theirs));
  await signed("key-bundle", (to, subject) => pushBundle(to, subject, bundleByKey(ours, statementFor(subject.digest))));
  await signed("other-bundle", (to, subject) =>
    pushBundle(to, subject, bundleByKey(theirs, statementFor(subject.digest))),
  );
  await signed("moved-tag", async (to, { digest }) => {
    const payload = payloadFor(`sha256:${"0".repeat(64)}`);
    await pushTagged(to, digest, [{ payload, annotations: annotationsByKey(ours, payload) }]);
  });
  await signed("moved-bundle", (to, subject) =>
    pushBundle(to, subject, bundleByKey(ours, statementFor(`sha256:${"0".repeat(64)}`))),
  );
  await signed("keyless-tag", async (to, { digest }) => {
    const payload = payloadFor(digest);
    await pushTagged(to, digest, [{ payload, annotations: sigstore.signPayload(payload, who) }]);
  });
  await signed("keyless-bundle", (to, subject) =>
    pushBundle(to, subject, sigstore.signStatement(statementFor(subject.digest), who)),
  );
  for (const format of ["jws", "cose"] as const)
    await signed(`notation-${format}`, (to, subject) => pushNotation(to, subject, { authority, from, until, format }));
  await signed("notation-other", (to, subject) => pushNotation(to, subject, { authority: stranger, from, until }));
  await signed("notation-expired", (to, subject) =>
    pushNotation(to, subject, { authority, from, until, expiry: new Date(now - 60_000) }),
  );
  await signed("notation-moved", (to, subject) =>
    pushNotation(to, subject, { authority, from, until, target: { size: 1 } }),
  );
  return secretsOf({ ours, theirs, authority, trustedRoot: sigstore.trustedRoot, closed });
}

function openIn(host: string, name: string): Repository {
  const keychain: Keychain = () => ({ type: "basic", ...user });
  return openRepository(parseReference(`${host}/charts/${name}`), { fetch: platformFetch, plainHttp: true, keychain });
}

async function push(host: string, name: string, versions: readonly string[]): Promise<readonly Descriptor[]> {
  const pushed: Descriptor[] = [];
  for (const version of versions) {
    const archive = writeTarGz([
      { path: `${name}/Chart.yaml`, content: `apiVersion: v2\nname: ${name}\nversion: ${version}\n` },
      { path: `${name}/values.yaml`, content: "a: 1\n" },
      { path: `${name}/logo.png`, content: "png" },
    ]);
    const metadata = { apiVersion: "v2", name, version };
    pushed.push((await pushChart(openIn(host, name), { archive, metadata, created })).manifest);
  }
  return pushed;
}

/** The Secrets of the cases, by name: their type and their data. */
function secretsOf(made: {
  readonly ours: KeyPair;
  readonly theirs: KeyPair;
  readonly authority: Authority;
  readonly trustedRoot: string;
  readonly closed: string;
}): Readonly<Record<string, { readonly type?: string; readonly data: Readonly<Record<string, string>> }>> {
  const pem = ({ publicKey }: KeyPair): string => publicKey.export({ type: "spki", format: "pem" }).toString();
  const docker = (host: string, password: string) => ({
    type: "kubernetes.io/dockerconfigjson",
    data: { ".dockerconfigjson": JSON.stringify({ auths: { [host]: { username: user.username, password } } }) },
  });
  const policy = (level: string): string =>
    JSON.stringify({
      version: "1.0",
      trustPolicies: [
        {
          name: "all",
          registryScopes: ["*"],
          signatureVerification: { level },
          trustStores: ["ca:certs"],
          trustedIdentities: ["*"],
        },
      ],
    });
  const ca = pemOf(made.authority.certificate);
  return {
    pull: docker(made.closed, user.password),
    wrong: docker(made.closed, "wrong"),
    elsewhere: docker("ghcr.io", user.password),
    basic: { data: { username: user.username, password: user.password } },
    ours: { data: { "ours.pub": pem(made.ours) } },
    theirs: { data: { "theirs.pub": pem(made.theirs) } },
    both: { data: { "a.pub": pem(made.theirs), "b.pub": pem(made.ours) } },
    broken: { data: { "broken.pub": "nonsense" } },
    empty: { data: { other: "x" } },
    root: { data: { "trusted_root.json": made.trustedRoot } },
    strict: { data: { "trustpolicy.json": policy("strict"), "ca.crt": ca } },
    audit: { data: { "trustpolicy.json": policy("audit"), "ca.crt": ca } },
    skip: { data: { "trustpolicy.json": policy("skip"), "ca.crt": ca } },
    lax: { data: { "trustpolicy.json": policy("lax"), "ca.crt": ca } },
    "no-certificates": { data: { "trustpolicy.json": policy("strict") } },
  };
}
