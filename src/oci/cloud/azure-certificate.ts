import { createPrivateKey, type KeyObject, X509Certificate } from "node:crypto";
import { OciError } from "../errors.ts";

/** Certificates in DER, the principal's own first, and its private key. */
export interface ClientCertificate {
  readonly certificates: readonly Buffer[];
  readonly key: KeyObject;
}

const failed = "failed to parse client certificates";

/** Reads PEM or, where there is none or a password is given, PKCS#12. Throws InvalidConfig in the words of Azure's library. */
export async function readCertificate(bytes: Uint8Array, password = ""): Promise<ClientCertificate> {
  const text = Buffer.from(bytes).toString("latin1");
  const pem = password === "" && text.includes("-----BEGIN ") ? text : await toPem(text, password);
  const certificates = pem.match(/-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g) ?? [];
  const keys = pem.match(/-----BEGIN (?:RSA )?PRIVATE KEY-----[\s\S]+?-----END (?:RSA )?PRIVATE KEY-----/g) ?? [];
  if (keys.length > 1) throw new OciError("InvalidConfig", `${failed}: certData contains multiple private keys`);
  if (certificates.length === 0) throw new OciError("InvalidConfig", `${failed}: found no certificate`);
  if (keys[0] === undefined) throw new OciError("InvalidConfig", `${failed}: found no private key`);
  try {
    const key = createPrivateKey(keys[0]);
    const found = certificates.map((each) => new X509Certificate(each));
    // The one of the key is the principal's, wherever it stands.
    const own = found.filter((each) => each.checkPrivateKey(key));
    if (own.length === 0) throw new OciError("InvalidConfig", `${failed}: key doesn't match any certificate`);
    return { certificates: [...own, ...found.filter((each) => !own.includes(each))].map((each) => each.raw), key };
  } catch (error) {
    if (error instanceof OciError) throw error;
    // What node:crypto says could quote the key.
    throw new OciError("InvalidConfig", `${failed}: a certificate or the key is broken`);
  }
}

async function toPem(binary: string, password: string): Promise<string> {
  const { default: forge } = await import("node-forge");
  try {
    const box = forge.pkcs12.pkcs12FromAsn1(forge.asn1.fromDer(binary), password);
    const bags = (type: string | undefined) => (type === undefined ? [] : (box.getBags({ bagType: type })[type] ?? []));
    const { certBag, pkcs8ShroudedKeyBag, keyBag } = forge.pki.oids;
    return [
      ...bags(certBag).map(({ cert }) => (cert === undefined ? "" : forge.pki.certificateToPem(cert))),
      ...[...bags(pkcs8ShroudedKeyBag), ...bags(keyBag)].map(({ key }) =>
        key === undefined || key === null ? "" : forge.pki.privateKeyToPem(key),
      ),
    ].join("\n");
  } catch {
    throw new OciError("InvalidConfig", `${failed}: didn't find any certificate content`);
  }
}
