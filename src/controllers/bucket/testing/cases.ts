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

/** The account of Azure that the tests' server has; its name is the first part of the server's address. */
export const account = { name: "127", key: Buffer.from("the key of an account").toString("base64") };

/** Whom the tests' server knows as a user of its directory. */
export const user = { username: "ada", password: "p&ss=wörd" };

const ldap = { provider: "ldap", endpoint: "{sts}" };
const azure = (secret: string) => ({
  bucketName: "apps",
  provider: "azure",
  endpoint: "{azure}",
  secretRef: { name: secret },
});

/** The Secrets that the cases name. */
export const secrets: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  keys: { accesskey: keys.accessKey, secretkey: keys.secretKey },
  wrong: { accesskey: keys.accessKey, secretkey: "wrong" },
  half: { accesskey: keys.accessKey },
  proxyless: { username: "me" },
  ftp: { address: "ftp://127.0.0.1:1" },
  user,
  "wrong-user": { ...user, password: "wrong" },
  "half-a-user": { username: user.username },
  "account-key": { accountKey: account.key },
  signature: { sasKey: "?se=2036-01-01&sp=rl&sig=a%2Bsignature%2F%3D" },
  "wrong-account-key": { accountKey: Buffer.from("another").toString("base64") },
  "wrong-signature": { sasKey: "se=2036-01-01&sig=another" },
  "no-base64": { accountKey: "no base64" },
  "no-certificate": {
    tenantId: "tenant",
    clientId: "client",
    clientCertificate: "-----BEGIN SOMETHING-----\nAAAA\n-----END SOMETHING-----\n",
  },
  "no-tenant": { tenantId: "no tenant", clientId: "client", clientSecret: "secret" },
  "client-secret": { tenantId: "tenant", clientId: "client", clientSecret: "secret" },
};

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
  { name: "ldap", spec: { bucketName: "apps", sts: { ...ldap, secretRef: { name: "user" } } } },
  { name: "ldap-wrong-user", spec: { bucketName: "apps", sts: { ...ldap, secretRef: { name: "wrong-user" } } } },
  { name: "ldap-half-a-user", spec: { bucketName: "apps", sts: { ...ldap, secretRef: { name: "half-a-user" } } } },
  { name: "ldap-nobody", spec: { bucketName: "apps", sts: ldap } },
  { name: "ldap-no-secret", spec: { bucketName: "apps", sts: { ...ldap, secretRef: { name: "none" } } } },
  {
    name: "ldap-no-certificates",
    spec: { bucketName: "apps", sts: { ...ldap, secretRef: { name: "user" }, certSecretRef: { name: "none" } } },
  },
  {
    name: "ldap-beside-keys",
    spec: { bucketName: "apps", secretRef: { name: "keys" }, sts: { ...ldap, secretRef: { name: "wrong-user" } } },
  },
  { name: "aws-no-region", spec: { bucketName: "apps", provider: "aws" } },
  { name: "aws-service-account", spec: { bucketName: "apps", provider: "aws", serviceAccountName: "default" } },
  {
    name: "aws-sts-elsewhere",
    spec: {
      bucketName: "apps",
      provider: "aws",
      region: "eu-west-1",
      sts: { provider: "aws", endpoint: "https://sts.evil.example" },
    },
  },
  { name: "gcp-half-a-secret", spec: { bucketName: "apps", provider: "gcp", secretRef: { name: "keys" } } },
  { name: "gcp", spec: { bucketName: "apps", provider: "gcp" } },
  { name: "gcp-prefix", spec: { bucketName: "apps", provider: "gcp", prefix: "dir/", ignore: "*.png\n" } },
  { name: "gcp-source-ignore", spec: { bucketName: "ignoring", provider: "gcp" } },
  { name: "gcp-hollow", spec: { bucketName: "hollow", provider: "gcp" } },
  { name: "gcp-no-bucket", spec: { bucketName: "nope", provider: "gcp" } },
  { name: "azure-key", spec: azure("account-key") },
  { name: "azure-signature", spec: azure("signature") },
  { name: "azure-prefix", spec: { ...azure("account-key"), prefix: "dir/", ignore: "*.png\n" } },
  { name: "azure-source-ignore", spec: { ...azure("account-key"), bucketName: "ignoring" } },
  { name: "azure-wrong-key", spec: azure("wrong-account-key") },
  { name: "azure-wrong-signature", spec: azure("wrong-signature") },
  { name: "azure-no-container", spec: { ...azure("account-key"), bucketName: "nope" } },
  { name: "azure-half-a-secret", spec: azure("keys") },
  { name: "azure-no-base64", spec: azure("no-base64") },
  { name: "azure-no-account", spec: { ...azure("account-key"), endpoint: "http://localhost:1" } },
  { name: "azure-no-certificate", spec: azure("no-certificate") },
  { name: "azure-no-tenant", spec: azure("no-tenant") },
  { name: "azure-no-tls", spec: azure("client-secret") },
];
