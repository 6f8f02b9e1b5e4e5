import assert from "node:assert/strict";
import { test } from "node:test";
import { startLifecycle } from "../cluster/index.ts";
import type { UnreadyReason } from "../kube/index.ts";
import { install } from "./install.ts";
import type { ReleaseObject } from "./objects.ts";
import { test as testRelease } from "./test-hooks.ts";
import { createChart, createWorld, type World } from "./testing/world.ts";
import { upgrade } from "./upgrade.ts";
import { explainRelease, formatReasons, reasonsOf, withoutSecrets } from "./why.ts";

const password = "correct-horse";
const secret = `apiVersion: v1\nkind: Secret\nmetadata: {name: login}\nstringData: {password: ${password}}\n`;
const pod = (image: string, command: string, restartPolicy = "Always"): string =>
  `{restartPolicy: ${restartPolicy}, containers: [{name: main, image: "${image}", command: [sh, -c, "${command}"]}]}`;
const deployment = (spec: string, minReady = 0): string =>
  `apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec:\n  minReadySeconds: ${minReady}\n  selector: {matchLabels: {app: web}}\n  template: {metadata: {labels: {app: web}}, spec: ${spec}}\n`;
const job = (hook: string, command: string): string =>
  `apiVersion: batch/v1\nkind: Job\nmetadata:\n  name: migrate\n  annotations: {helm.sh/hook: '${hook}', helm.sh/hook-delete-policy: hook-failed}\nspec:\n  backoffLimit: 0\n  template: {spec: ${pod("tool", command, "Never")}}\n`;
const good = { "a.yaml": deployment(pod("web", "serve")) };
const speak = `echo connecting as ${password}; echo no route; exit 3`;

/** Charts that do not come up, and what is said of them: lines with the names' random ends cut off. */
const cases: readonly {
  readonly name: string;
  readonly templates: Readonly<Record<string, string>>;
  readonly code: "WaitFailed" | "HookFailed";
  readonly want: readonly string[];
}[] = [
  {
    name: "an image that cannot be pulled",
    templates: { "a.yaml": deployment(pod("does-not-exist", "serve")) },
    code: "WaitFailed",
    want: ['Pod/default/web-: container "main" is waiting: ImagePullBackOff: Back-off pulling image "does-not-exist"'],
  },
  {
    name: "a container that crashes, with its last lines but not the password in them",
    templates: { "a.yaml": deployment(pod("web", speak), 60), "b.yaml": secret },
    code: "WaitFailed",
    want: [
      'Pod/default/web-: container "main" exited with code 3 (Error), restarted N times',
      "    connecting as *****",
      "    no route",
    ],
  },
  {
    name: "a hook's Job that fails, though the hook is deleted",
    templates: { "a.yaml": job("pre-install,pre-upgrade", speak), "b.yaml": secret },
    code: "HookFailed",
    want: [
      "Job/default/migrate: BackoffLimitExceeded: Job has reached the specified backoff limit",
      'Pod/default/migrate-: container "main" exited with code 3 (Error)',
      "    connecting as *****",
      "    no route",
    ],
  },
];

const options = { name: "web", namespace: "default", values: {}, waitStrategy: "watcher", timeout: 2_000 } as const;

for (const { name, templates, code, want } of cases) {
  test(`install() and upgrade() say why: ${name}`, async () => {
    await using world = createWorld();
    const lifecycle = await startLifecycle({ cluster: world.cluster });
    try {
      await install(world.context, { ...options, chart: createChart(good) });
      await assertSays(upgrade(world.context, { ...options, chart: createChart(templates) }), { code, want });
      const other = { ...options, name: "other", timeout: 1_500 };
      const installing = install(world.context, {
        ...other,
        chart: createChart(renamed(templates)),
        takeOwnership: true,
      });
      await assertSays(installing, { code, want: want.map((line) => line.replaceAll("web-", "web2-")) });
      const stored = await world.context.storage.get("other", 1);
      // Helm stores its own words: what containers print does not go into the history.
      assert.doesNotMatch(stored.info.description ?? "", /exited|route|waiting:/);
    } finally {
      await lifecycle.stop();
    }
  });
}

test("explainRelease() says why live objects are not ready, and nothing of those that are", async () => {
  await using world = createWorld();
  const lifecycle = await startLifecycle({ cluster: world.cluster });
  try {
    const ready = await install(world.context, { ...options, chart: createChart(good) });
    assert.deepEqual(await explainRelease(world.context, ready), []);
    const broken = { "a.yaml": deployment(pod("does-not-exist", "serve")) };
    const record = await upgrade(world.context, { ...options, waitStrategy: "hookOnly", chart: createChart(broken) });
    await untilSaid(world, record, /^Pod\/default\/web-\S+: container "main" is waiting: ImagePullBackOff/);
  } finally {
    await lifecycle.stop();
  }
});

test("test() says why a test failed", async () => {
  await using world = createWorld();
  const lifecycle = await startLifecycle({ cluster: world.cluster });
  try {
    const hook = `apiVersion: v1\nkind: Pod\nmetadata: {name: check, annotations: {helm.sh/hook: test}}\nspec: ${pod("tool", "echo refused; exit 7", "Never")}\n`;
    await install(world.context, { ...options, chart: createChart({ "a.yaml": hook }) });
    const want = ['Pod/default/check: container "main" exited with code 7 (Error)', "    refused"];
    await assertSays(testRelease(world.context, { name: "web" }), { code: "HookFailed", want });
  } finally {
    await lifecycle.stop();
  }
});

const said = (text: string, ...log: readonly string[]): UnreadyReason => ({
  object: { apiVersion: "v1", kind: "Pod", name: "p", namespace: "n" },
  text,
  log,
});
const secretOf = (fields: object): ReleaseObject => ({
  object: { apiVersion: "v1", kind: "Secret", metadata: { name: "s" }, ...fields },
  namespaced: true,
});
const hidden = [
  { name: "a value as it is", fields: { stringData: { a: "s3cret-1" } }, text: "x s3cret-1 y", want: "x ***** y" },
  { name: "a decoded value", fields: { data: { a: btoa("s3cret-1") } }, text: "s3cret-1", want: "*****" },
  { name: "an encoded value", fields: { data: { a: btoa("s3cret-1") } }, text: btoa("s3cret-1"), want: "*****" },
  {
    name: "a line of a value",
    fields: { stringData: { a: "user\n  key: abcdef\n" } },
    text: "key: abcdef",
    want: "*****",
  },
  {
    name: "the longer of two values",
    fields: { stringData: { a: "abcdef", b: "abcdefgh" } },
    text: "abcdefgh",
    want: "*****",
  },
  {
    name: "no value that is too short to be one",
    fields: { stringData: { a: "on" } },
    text: "only on",
    want: "only on",
  },
];
for (const { name, fields, text, want } of hidden) {
  test(`withoutSecrets() hides ${name}`, () => {
    assert.deepEqual(withoutSecrets([said(text, text)], [secretOf(fields)]), [said(want, want)]);
  });
}

test("formatReasons() is bounded", () => {
  assert.equal(formatReasons([]), "");
  const long = Array.from({ length: 500 }, () => said("x".repeat(200)));
  assert.ok(formatReasons(long).length < 9_000);
});

async function assertSays(
  work: Promise<unknown>,
  { code, want }: { readonly code: string; readonly want: readonly string[] },
): Promise<void> {
  const error = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  assert.ok(error instanceof Error && "code" in error, "nothing failed");
  assert.equal(error.code, code);
  const text = formatReasons(reasonsOf(error));
  const plain = text
    .replace(/(web2?-|migrate-)[-a-z0-9]+/g, "$1")
    .replace(/restarted \d+ times?/g, "restarted N times");
  for (const line of want) assert.ok(plain.includes(line), `${line}\nis not in\n${plain}`);
  assert.ok(!text.includes(password) && !error.message.includes(password), text);
}

async function untilSaid(world: World, record: Parameters<typeof explainRelease>[1], want: RegExp): Promise<void> {
  while (!want.test(formatReasons(await explainRelease(world.context, record)))) {
    await new Promise((resolve) => setImmediate(resolve));
  }
}

function renamed(templates: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(templates).map(([path, text]) => [
      path,
      text.replaceAll("{name: web}", "{name: web2}").replaceAll("app: web}", "app: web2}"),
    ]),
  );
}
