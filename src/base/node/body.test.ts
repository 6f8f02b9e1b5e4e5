import assert from "node:assert/strict";
import { test } from "node:test";
import { readBounded } from "./body.ts";

/** An answer of chunks, without an announced length unless a header has one, that may break off at its end. */
function answerOf(
  chunks: readonly string[],
  failure?: Error,
  headers: Readonly<Record<string, string>> = {},
): Response {
  const left = chunks.map((text) => new TextEncoder().encode(text));
  return new Response(
    new ReadableStream({
      pull(controller) {
        const chunk = left.shift();
        if (chunk !== undefined) controller.enqueue(chunk);
        else if (failure !== undefined) controller.error(failure);
        else controller.close();
      },
    }),
    { headers },
  );
}

const cases = [
  { name: "reads nothing", chunks: [], limit: 0, want: "" },
  { name: "reads one chunk", chunks: ["abc"], limit: 3, want: "abc" },
  { name: "reads several chunks", chunks: ["ab", "c", "def"], limit: 6, want: "abcdef" },
];
for (const { name, chunks, limit, want } of cases)
  test(`readBounded() ${name}`, async () => {
    assert.equal(new TextDecoder().decode(await readBounded(answerOf(chunks), limit)), want);
  });

for (const [name, length] of [
  ["the length", "6"],
  ["more than comes", "9"],
  ["less than comes", "4"],
  ["nothing", "0"],
  ["no number", "x"],
] as const)
  test(`readBounded() reads all of an answer that announces ${name}`, async () => {
    const body = await readBounded(answerOf(["ab", "c", "def"], undefined, { "content-length": length }), 10);
    assert.equal(new TextDecoder().decode(body), "abcdef");
  });

test("readBounded() stops at the limit", async () => {
  await assert.rejects(readBounded(answerOf(["ab", "cd"]), 3), { code: "too-large" });
});

test("readBounded() refuses an announced length before it reads", async () => {
  const answer = new Response("abcd", { headers: { "content-length": "4" } });
  await assert.rejects(readBounded(answer, 3), { code: "too-large" });
});

test("readBounded() tells when the body breaks off", async () => {
  await assert.rejects(readBounded(answerOf(["ab"], new Error("reset")), 10), { code: "cut-off" });
});
