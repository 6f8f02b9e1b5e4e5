import { createHash, createHmac, timingSafeEqual } from "node:crypto";

/**
 * Checks the signature of a request, version 4, by the rules that Amazon publishes; written apart from the client's signer,
 * so that one holds the other. True when the request was signed with the secret key.
 */
export function isSignedWith(request: Request, secretKey: string): boolean {
  const given = /^AWS4-HMAC-SHA256 Credential=[^/]+\/([^,]+), ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})$/.exec(
    request.headers.get("authorization") ?? "",
  );
  if (given === null) return false;
  const [, scope = "", names = "", signature = ""] = given;
  const url = new URL(request.url);
  const query = [...url.searchParams]
    .map(([name, value]) => `${escape(name)}=${escape(value)}`)
    .toSorted()
    .join("&");
  const headers = names.split(";").map((name) => `${name}:${(request.headers.get(name) ?? "").trim()}\n`);
  const payload = request.headers.get("x-amz-content-sha256") ?? "";
  const canonical = [request.method, url.pathname, query, headers.join(""), names, payload].join("\n");
  const date = request.headers.get("x-amz-date") ?? "";
  const text = ["AWS4-HMAC-SHA256", date, scope, createHash("sha256").update(canonical).digest("hex")].join("\n");
  const key = scope
    .split("/")
    .reduce<Buffer>(
      (secret, part) => createHmac("sha256", secret).update(part).digest(),
      Buffer.from(`AWS4${secretKey}`),
    );
  const wanted = createHmac("sha256", key).update(text).digest();
  return timingSafeEqual(wanted, Buffer.from(signature, "hex"));
}

function escape(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);
}
