import { through, using, verify } from "./cases.ts";

/** What changes after an object was ready: its spec, merged, or a branch of the repository `moving`. */
export type Change =
  | { readonly spec: Readonly<Record<string, unknown>> }
  | { readonly branch: "grows" | "forced" | "gone" };

const leaf = { url: "{guarded}/leaf", ref: { branch: "main" }, ...using("basic") };
const moving = (branch: string) => ({ url: "{open}/moving", ref: { branch } });
const signed = { url: "{open}/signed", ref: { branch: "ssh-ed25519" } };

/** GitRepositories that are ready, and what happens to each of them then. */
export const changing: readonly {
  readonly name: string;
  readonly spec: Readonly<Record<string, unknown>>;
  readonly changes: readonly Change[];
}[] = [
  { name: "then-new-commit", spec: moving("grows"), changes: [{ branch: "grows" }] },
  { name: "then-force-push", spec: moving("forced"), changes: [{ branch: "forced" }] },
  { name: "then-branch-gone", spec: moving("gone"), changes: [{ branch: "gone" }] },
  { name: "then-nothing", spec: leaf, changes: [{ spec: {} }] },
  { name: "then-wrong-password", spec: leaf, changes: [{ spec: using("wrong-password") }] },
  { name: "then-no-secret", spec: leaf, changes: [{ spec: using("none") }] },
  { name: "then-mended", spec: leaf, changes: [{ spec: using("wrong-password") }, { spec: using("basic") }] },
  { name: "then-no-repository", spec: leaf, changes: [{ spec: { url: "{guarded}/none" } }] },
  { name: "then-other-branch", spec: leaf, changes: [{ spec: { ref: { branch: "none" } } }] },
  { name: "then-tag", spec: leaf, changes: [{ spec: { ref: { tag: "1.0.0" } } }] },
  { name: "then-ssh", spec: leaf, changes: [{ spec: { url: "{ssh}/leaf", ...using("ssh") } }] },
  { name: "then-ssh-without-key", spec: leaf, changes: [{ spec: { url: "{ssh}/leaf" } }] },
  { name: "then-proxy", spec: leaf, changes: [{ spec: through("proxy") }] },
  { name: "then-ignored", spec: leaf, changes: [{ spec: { ignore: "leaf.yaml" } }] },
  { name: "then-sparse", spec: leaf, changes: [{ spec: { sparseCheckout: ["none"] } }] },
  {
    name: "then-submodules",
    spec: { url: "{open}/app", ref: { branch: "main" } },
    changes: [{ spec: { recurseSubmodules: true } }],
  },
  { name: "then-verified", spec: signed, changes: [{ spec: verify("HEAD", "key-ssh") }] },
  { name: "then-not-verified", spec: signed, changes: [{ spec: verify("HEAD", "key-rsa") }] },
  { name: "then-wrong-mode", spec: signed, changes: [{ spec: verify("Tag", "key-ssh") }] },
  {
    name: "then-verified-otherwise",
    spec: { url: "{open}/signed", ref: { tag: "ssh-rsa" }, ...verify("Tag", "key-rsa") },
    changes: [{ spec: verify("TagAndHEAD", "key-rsa") }],
  },
  {
    name: "then-verified-again",
    spec: { ...signed, ...verify("HEAD", "key-ssh") },
    changes: [{ spec: verify("HEAD", "key-rsa") }],
  },
  {
    name: "then-verified-no-more",
    spec: { ...signed, ...verify("HEAD", "key-ssh") },
    changes: [{ spec: { verify: null } }],
  },
];
