import assert from "node:assert/strict";
import { test } from "node:test";
import type { GitRepository } from "../../api/index.ts";
import { decide } from "./decide.ts";

const artifact = {
  digest: "sha256:a",
  path: "p",
  url: "u",
  revision: "main@sha1:1",
  lastUpdateTime: "2026-11-25T09:00:00Z",
};
const include = { repository: { name: "lib" }, fromPath: "a" };
const spec: GitRepository["spec"] = { url: "http://x", interval: "1m", timeout: "60s" };
type Status = NonNullable<GitRepository["status"]>;

const upToDate = "artifact up-to-date with remote revision: 'main@sha1:1'";

const cases: readonly {
  name: string;
  spec?: Partial<GitRepository["spec"]>;
  status: Status;
  includes?: (typeof artifact)[];
  isFetched?: boolean;
  want: string;
}[] = [
  { name: "stores a first revision", status: {}, want: "store new" },
  { name: "stores a new revision", status: { artifact: { ...artifact, revision: "main@sha1:0" } }, want: "store new" },
  { name: "keeps the same revision", status: { artifact }, want: upToDate },
  {
    name: "keeps what did not have to be fetched",
    status: { artifact },
    isFetched: false,
    want: "no changes since last reconciliation: observed revision 'main@sha1:1'",
  },
  { name: "stores again for other ignore rules", spec: { ignore: "*.md" }, status: { artifact }, want: "store" },
  {
    name: "keeps what was made with the same ignore rules",
    spec: { ignore: "*.md" },
    status: { artifact, observedIgnore: "*.md" },
    want: upToDate,
  },
  { name: "tells no rules from empty rules", spec: { ignore: "" }, status: { artifact }, want: "store" },
  {
    name: "stores again for other folders",
    spec: { sparseCheckout: ["a"] },
    status: { artifact, observedSparseCheckout: ["b"] },
    want: "store",
  },
  {
    name: "looks again at what is to be verified from now on",
    spec: { verify: { mode: "HEAD", secretRef: { name: "keys" } } },
    status: { artifact },
    want: "store",
  },
  {
    name: "looks again at what was verified in another way",
    spec: { verify: { mode: "TagAndHEAD", secretRef: { name: "keys" } } },
    status: { artifact, sourceVerificationMode: "Tag" },
    want: "store",
  },
  {
    name: "keeps what was verified in more ways than now asked for",
    spec: { verify: { mode: "head", secretRef: { name: "keys" } } },
    status: { artifact, sourceVerificationMode: "TagAndHEAD" },
    want: upToDate,
  },
  {
    name: "stores again for a new include",
    spec: { include: [include] },
    includes: [artifact],
    status: { artifact },
    want: "store",
  },
  {
    name: "stores again for a new revision of an include",
    spec: { include: [include] },
    includes: [artifact],
    status: { artifact, observedInclude: [include], includedArtifacts: [{ ...artifact, revision: "main@sha1:0" }] },
    want: "store",
  },
  {
    name: "keeps what has the same includes",
    spec: { include: [include] },
    includes: [artifact],
    status: { artifact, observedInclude: [include], includedArtifacts: [artifact] },
    want: upToDate,
  },
];
for (const { name, spec: more, status, includes = [], isFetched = true, want } of cases)
  test(`decide() ${name}`, () => {
    const repository = {
      apiVersion: "source.toolkit.fluxcd.io/v1",
      kind: "GitRepository",
      metadata: {},
      spec: { ...spec, ...more },
    };
    const decision = decide(repository, { revision: "main@sha1:1", includes, isFetched }, status);
    assert.notEqual(decision.because, "");
    const said = decision.action === "keep" ? decision.because : decision.isNewRevision ? "store new" : "store";
    assert.equal(said, want);
  });
