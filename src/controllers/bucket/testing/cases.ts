/** The keys that the test's server accepts. */
export const keys = { accessKey: "AKIAEXAMPLE", secretKey: "a/secret+key" };

/** What the test's server holds. */
export function contents(): Readonly<Record<string, Map<string, string>>> {
  const app = [
    ["a.yaml", "a: 1\n"],
    ["dir/b c+ü.yaml", "b: 1\n"],
    ["dir/deep/c.yaml", "c: 1\n"],
    ["dir/logo.png", "png"],
    ["other.md", "text"],
    [".github/x.yaml", "x: 1\n"],
  ] as const;
  return {
    apps: new Map(app),
    ignoring: new Map([...app, [".sourceignore", "*.md\n/dir/deep/\n"]]),
    hollow: new Map(),
  };
}

/** Buckets as users write them, right and wrong; endpoint and interval are added. */
export const cases: readonly { readonly name: string; readonly spec: Readonly<Record<string, unknown>> }[] = [
  { name: "good", spec: { bucketName: "apps", secretRef: { name: "keys" } } },
  { name: "region", spec: { bucketName: "apps", region: "eu-west-1", secretRef: { name: "keys" } } },
  {
    name: "aws-with-keys",
    spec: { bucketName: "apps", provider: "aws", region: "eu-west-1", secretRef: { name: "keys" } },
  },
  { name: "prefix", spec: { bucketName: "apps", prefix: "dir/", secretRef: { name: "keys" } } },
  { name: "ignore", spec: { bucketName: "apps", ignore: "*.png\n/*.md\n", secretRef: { name: "keys" } } },
  { name: "source-ignore", spec: { bucketName: "ignoring", ignore: "!other.md\n", secretRef: { name: "keys" } } },
  { name: "only-source-ignore", spec: { bucketName: "ignoring", secretRef: { name: "keys" } } },
  { name: "hollow", spec: { bucketName: "hollow", secretRef: { name: "keys" } } },
  { name: "wrong-key", spec: { bucketName: "apps", secretRef: { name: "wrong" } } },
  { name: "wrong-key-region", spec: { bucketName: "apps", region: "eu-west-1", secretRef: { name: "wrong" } } },
  { name: "nobody", spec: { bucketName: "apps" } },
  { name: "half-a-secret", spec: { bucketName: "apps", secretRef: { name: "half" } } },
  { name: "no-secret", spec: { bucketName: "apps", secretRef: { name: "none" } } },
  { name: "no-bucket", spec: { bucketName: "nope", secretRef: { name: "keys" } } },
  { name: "short-name", spec: { bucketName: "x", secretRef: { name: "keys" } } },
  {
    name: "not-an-endpoint",
    spec: { bucketName: "apps", endpoint: "http://127.0.0.1:1/x", secretRef: { name: "keys" } },
  },
  { name: "no-proxy-address", spec: { bucketName: "apps", proxySecretRef: { name: "proxyless" } } },
  { name: "no-proxy-secret", spec: { bucketName: "apps", proxySecretRef: { name: "none" } } },
  { name: "ftp-proxy", spec: { bucketName: "apps", proxySecretRef: { name: "ftp" } } },
  { name: "no-certificates", spec: { bucketName: "apps", certSecretRef: { name: "none" } } },
];
