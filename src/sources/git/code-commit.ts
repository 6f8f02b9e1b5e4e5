import { createHash, createHmac } from "node:crypto";
import type { AwsKeys } from "../../oci/index.ts";
import { SourceError } from "../errors.ts";
import type { Credentials } from "../http/download.ts";

/** The region of a repository of AWS CodeCommit. Throws URLInvalid, in Flux's words, for any other: keys are not for it. */
export function codeCommitRegion(url: URL): string {
  if (url.protocol !== "https:")
    throw new SourceError("URLInvalid", "AWS CodeCommit authentication requires an HTTPS Git URL");
  const region = /^git-codecommit(?:-fips)?\.([a-z0-9-]+)\.amazonaws\.com(?:\.cn)?$/.exec(url.hostname)?.[1];
  if (region === undefined) throw new SourceError("URLInvalid", `invalid AWS CodeCommit Git URL: ${url.host}`);
  return region;
}

/** A user and a password for one repository, good for 15 minutes: the password is a signature (version 4) of its address. */
export function codeCommitCredentials(
  url: URL,
  { keys, now }: { readonly keys: AwsKeys; readonly now: Date },
): Credentials {
  const time = now.toISOString().replace(/[:-]|\.\d{3}Z/g, "");
  const scope = [time.slice(0, 8), codeCommitRegion(url), "codecommit", "aws4_request"];
  // Escaped twice, as in all signatures but those of S3.
  const path = url.pathname.split("/").map(encodeURIComponent).join("/");
  const request = `GIT\n${path}\n\nhost:${url.host}\n\nhost\n`;
  const text = ["AWS4-HMAC-SHA256", time, scope.join("/"), createHash("sha256").update(request).digest("hex")].join(
    "\n",
  );
  const key = scope.reduce<string | Buffer>(
    (secret, part) => createHmac("sha256", secret).update(part).digest(),
    `AWS4${keys.secretAccessKey}`,
  );
  const signature = createHmac("sha256", key).update(text).digest("hex");
  const { accessKeyId, sessionToken } = keys;
  const username = sessionToken === undefined ? accessKeyId : `${accessKeyId}%${sessionToken}`;
  return { type: "basic", username, password: `${time}Z${signature}` };
}
