import assert from "node:assert/strict";
import { test } from "node:test";
import { type RetryOptions, retrying } from "./retrying.ts";

/** A transport that answers so, one after another, the last without end, and loses no time between. */
function start(answers: readonly (number | Error)[], more: Partial<RetryOptions> = {}) {
  const pauses: number[] = [];
  const bodies: string[] = [];
  const send = retrying(
    async (request) => {
      bodies.push(await request.text());
      const answer = answers[Math.min(bodies.length, answers.length) - 1]!;
      if (answer instanceof Error) throw answer;
      return new Response(null, { status: answer });
    },
    {
      retries: 4,
      shortestPause: 5_000,
      longestPause: 30_000,
      timeout: 30_000,
      sleep: async (pause) => void pauses.push(pause),
      ...more,
    },
  );
  const post = (signal?: AbortSignal) =>
    send(
      new Request("http://store.test/a", { method: "POST", body: "b", ...(signal === undefined ? {} : { signal }) }),
    );
  return { post, pauses, bodies };
}

const cases = [
  { name: "gives the first good answer", answers: [200], status: 200, tries: 1 },
  { name: "gives a refusal", answers: [404], status: 404, tries: 1 },
  { name: "gives what the server will never do", answers: [501], status: 501, tries: 1 },
  {
    name: "sends again, with the body, what failed",
    answers: [new Error("reset"), 503, 429, 200],
    status: 200,
    tries: 4,
  },
];
for (const { name, answers, status, tries } of cases)
  test(`retrying() ${name}`, async () => {
    const { post, pauses, bodies } = start(answers);
    assert.equal((await post()).status, status);
    assert.deepEqual(
      bodies,
      Array.from({ length: tries }, () => "b"),
    );
    assert.deepEqual(pauses, [5_000, 10_000, 20_000].slice(0, tries - 1));
  });

test("retrying() gives up with the last problem, after pauses that do not grow for ever", async () => {
  const { post, pauses } = start([500]);
  await assert.rejects(post(), {
    message: "POST http://store.test/a giving up after 5 attempt(s): unexpected HTTP status 500",
  });
  assert.deepEqual(pauses, [5_000, 10_000, 20_000, 30_000]);
});

test("retrying() sends nothing again where that is asked, or when it is to end", async () => {
  const once = start([new Error("refused")], { retries: 0 });
  await assert.rejects(once.post(), { message: "POST http://store.test/a giving up after 1 attempt(s): refused" });
  const ending = start([500], { signal: AbortSignal.abort() });
  await assert.rejects(ending.post(), /giving up after 1 attempt/);
  const own = start([429], { isPassing: (status) => status >= 500 });
  assert.equal((await own.post()).status, 429);
});

test("retrying() sends nothing again when it is to end in a pause", async () => {
  const abort = new AbortController();
  const { post, bodies } = start([500], {
    signal: abort.signal,
    sleep: async () => {
      abort.abort();
      throw abort.signal.reason;
    },
  });
  await assert.rejects(post(), /giving up after 1 attempt/);
  assert.equal(bodies.length, 1);
});

test("retrying() ends with the caller's signal", async () => {
  const abort = new AbortController();
  const { post, bodies } = start([500], {
    sleep: async () => {
      abort.abort(new Error("enough"));
      throw abort.signal.reason;
    },
  });
  await assert.rejects(post(abort.signal), { message: "enough" });
  assert.equal(bodies.length, 1);
});
