import { type KeyPair } from "./certificates.ts";
import { sign } from "node:crypto";
import { pushArtifact } from "../../artifact.ts";
import type { Repository } from "../../repository.ts";
import { type Descriptor, mediaTypes } from "../../types.ts";
import { preAuthEncoding } from "../claims.ts";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

/** An artifact to sign. */
export async function pushSomething(repository: Repository, tag = "1.0.0"): Promise<Descriptor> {
  const config = { content: bytes(`{"for":"${tag}"}`), mediaType: "application/vnd.cncf.helm.config.v1+json" };
  const mediaType = "application/vnd.cncf.helm.chart.content.v1.tar+gzip";
  return pushArtifact(repository, { tag, config, layers: [{ content: bytes("chart"), mediaType }] });
}

/** What cosign's first format signs. */
export function payloadFor(digest: string): Uint8Array {
  const critical = {
    identity: { "docker-reference": "" },
    image: { "docker-manifest-digest": digest },
    type: "cosign container image signature",
  };
  return bytes(JSON.stringify({ critical, optional: null }));
}

/** What cosign signs today. */
export function statementFor(digest: string): Uint8Array {
  const subject = [{ digest: { [digest.split(":")[0] ?? ""]: digest.split(":")[1] } }];
  const predicateType = "https://sigstore.dev/cosign/sign/v1";
  return bytes(JSON.stringify({ _type: "https://in-toto.io/Statement/v1", subject, predicateType, predicate: {} }));
}

/** Adds a signature under the tag of a digest. */
export async function pushTagged(
  repository: Repository,
  digest: string,
  signatures: readonly { readonly payload: Uint8Array; readonly annotations: Readonly<Record<string, string>> }[],
): Promise<void> {
  await pushArtifact(repository, {
    tag: `${digest.replace(":", "-")}.sig`,
    config: { content: bytes("{}"), mediaType: "application/vnd.oci.image.config.v1+json" },
    layers: signatures.map(({ payload, annotations }) => ({
      content: payload,
      mediaType: "application/vnd.dev.cosign.simplesigning.v1+json",
      annotations,
    })),
  });
}

/** Adds something that is about a manifest. */
export async function pushReferrer(
  repository: Repository,
  subject: Descriptor,
  {
    artifactType,
    layers,
    annotations,
  }: {
    readonly artifactType: string;
    readonly layers: readonly { readonly content: Uint8Array; readonly mediaType: string }[];
    readonly annotations?: Readonly<Record<string, string>>;
  },
): Promise<void> {
  const config = await repository.pushBlob(bytes("{}"), mediaTypes.emptyConfig);
  const described: Descriptor[] = [];
  for (const { content, mediaType } of layers) described.push(await repository.pushBlob(content, mediaType));
  const content = bytes(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: mediaTypes.manifest,
      artifactType,
      config,
      layers: described,
      subject,
      annotations,
    }),
  );
  await repository.pushManifest(
    { content, mediaType: mediaTypes.manifest },
    `referrer-${described[0]?.digest.slice(7, 19)}`,
  );
}

export async function pushBundle(repository: Repository, subject: Descriptor, bundle: string): Promise<void> {
  const type = "application/vnd.dev.sigstore.bundle.v0.3+json";
  await pushReferrer(repository, subject, {
    artifactType: type,
    layers: [{ content: bytes(bundle), mediaType: type }],
  });
}

/** A bundle that a key signs. */
export function bundleByKey({ privateKey }: KeyPair, statement: Uint8Array): string {
  const payloadType = "application/vnd.in-toto+json";
  const sig = sign("sha256", preAuthEncoding(payloadType, statement), privateKey).toString("base64");
  return JSON.stringify({
    mediaType: "application/vnd.dev.sigstore.bundle.v0.3+json",
    verificationMaterial: { publicKey: { hint: "" } },
    dsseEnvelope: { payload: Buffer.from(statement).toString("base64"), payloadType, signatures: [{ sig }] },
  });
}

/** Annotations of a signature that a key makes. */
export function annotationsByKey({ privateKey }: KeyPair, payload: Uint8Array): Readonly<Record<string, string>> {
  return { "dev.cosignproject.cosign/signature": sign("sha256", payload, privateKey).toString("base64") };
}
