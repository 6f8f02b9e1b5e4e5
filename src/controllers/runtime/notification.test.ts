import assert from "node:assert/strict";
import { test } from "node:test";
import type { KubeObject } from "../../api/index.ts";
import { createNotifier, toNotification } from "./notification.ts";
import type { RecordedEvent } from "./types.ts";

const object: KubeObject = {
  apiVersion: "helm.toolkit.fluxcd.io/v2",
  kind: "HelmRelease",
  metadata: { namespace: "apps", name: "web", uid: "u1", resourceVersion: "7" },
};
const event: RecordedEvent = { type: "Normal", reason: "InstallSucceeded", message: "done" };

/** A notifier whose receiver answers so, one after another, and which loses no time between. */
function start(answers: readonly (number | Error)[], signal = new AbortController().signal) {
  const bodies: string[] = [];
  const pauses: number[] = [];
  const errors: unknown[] = [];
  let turn = 0;
  const notifier = createNotifier({
    address: "http://user:hunter2@receiver.test/",
    component: "helm-controller",
    signal,
    log: { info: () => {}, error: (message, fields) => void errors.push(`${message}: ${fields?.["error"]}`) },
    sleep: async (pause) => void pauses.push(pause),
    fetch: async (request) => {
      bodies.push(await request.text());
      const answer = answers[Math.min(turn++, answers.length - 1)]!;
      if (answer instanceof Error) throw answer;
      return new Response(null, { status: answer, statusText: answer === 503 ? "Service Unavailable" : "" });
    },
  });
  return { notifier, bodies, pauses, errors };
}

const cases = [
  { name: "posts once to who takes it", answers: [202], tries: 1, errors: [] },
  { name: "does not try again where the receiver knows of it", answers: [429], tries: 1, errors: [] },
  { name: "does not try again what the receiver refuses", answers: [400], tries: 1, errors: [] },
  {
    name: "tries again after failures of network and server",
    answers: [new Error("refused"), 500, 202],
    tries: 3,
    errors: [],
  },
  {
    name: "gives up after five tries, and shows no password",
    answers: [503],
    tries: 5,
    errors: [
      "unable to record event: POST http://receiver.test/ giving up after 5 attempt(s): unexpected HTTP status 503 Service Unavailable",
    ],
  },
];
for (const { name, answers, tries, errors: want } of cases)
  test(`createNotifier() ${name}`, async () => {
    const { notifier, bodies, pauses, errors } = start(answers);
    notifier.post(object, event, new Date(0));
    await notifier.flush();
    assert.equal(bodies.length, tries);
    assert.deepEqual(pauses, [1000, 2000, 4000, 8000].slice(0, tries - 1));
    assert.deepEqual(errors, want);
  });

test("createNotifier() tries once when the process ends", async () => {
  const { notifier, bodies, errors } = start([503], AbortSignal.abort());
  notifier.post(object, event, new Date(0));
  await notifier.flush();
  assert.equal(bodies.length, 1);
  assert.equal(errors.length, 1);
});

test("createNotifier() posts what is told of one object in order, and drops what is too much", async () => {
  const { notifier, bodies, errors } = start([202]);
  for (let turn = 0; turn < 1001; turn += 1) notifier.post(object, { ...event, message: `${turn}` }, new Date(0));
  await notifier.flush();
  assert.deepEqual(
    bodies.map((body) => (JSON.parse(body) as RecordedEvent).message),
    Array.from({ length: 1000 }, (_, turn) => `${turn}`),
  );
  assert.deepEqual(errors, ["unable to record event: 1000 events are waiting for http://receiver.test/"]);
});

test("toNotification() has the fields of Flux's event in their order, and no empty metadata", () => {
  const told = JSON.stringify(toNotification(object, event, { component: "helm-controller", at: new Date(1_000_500) }));
  assert.match(
    told,
    /^\{"involvedObject":\{"kind":"HelmRelease","namespace":"apps","name":"web","uid":"u1","apiVersion":"helm.toolkit.fluxcd.io\/v2","resourceVersion":"7"\},"severity":"info","timestamp":"1970-01-01T00:16:40Z","message":"done","reason":"InstallSucceeded","reportingController":"helm-controller","reportingInstance":"[^"]+"\}$/,
  );
});
