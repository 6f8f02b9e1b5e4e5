import assert from "node:assert/strict";
import { test } from "node:test";
import { makeUpdates } from "../../oci/testing/update-repository.ts";
import { createTrustedRoot } from "./trusted-root.ts";

const at = (minutes: number): Date => new Date(Date.UTC(2026, 0, 1, 0, minutes));

function sourceOf({ isThere = true } = {}) {
  const { repository, fetch, asked } = makeUpdates('{"root":1}');
  const state = { isThere, asked };
  return {
    state,
    source: {
      repository: async () => repository,
      fetch: (request: Request) => {
        if (state.isThere) return fetch(request);
        asked.push("nobody");
        return Promise.reject(new Error("no such host"));
      },
    },
  };
}

test("createTrustedRoot() gives what was configured, and asks nobody", async () => {
  const { source, state } = sourceOf();
  const find = createTrustedRoot({ configured: "{}", source });
  assert.equal(await find(at(0)), "{}");
  assert.deepEqual(state.asked, []);
});

test("createTrustedRoot() asks once a day, for all who want to know", async () => {
  const { source, state } = sourceOf();
  const find = createTrustedRoot({ source });
  assert.deepEqual(await Promise.all([find(at(0)), find(at(0)), find(at(60))]), Array(3).fill('{"root":1}'));
  const once = state.asked.length;
  await find(at(24 * 60 - 1));
  assert.equal(state.asked.length, once);
  await find(at(24 * 60));
  assert.equal(state.asked.length, 2 * once);
});

test("createTrustedRoot() says what can be done, and asks again a minute after a failure", async () => {
  const { source, state } = sourceOf({ isThere: false });
  const find = createTrustedRoot({ source });
  const failure = {
    message:
      "unable to initialize trusted root: cannot get the trusted root from https://updates.test: no such host; --sigstore-trusted-root names a file to use instead",
  };
  await assert.rejects(find(at(0)), failure);
  state.isThere = true;
  const before = state.asked.length;
  await assert.rejects(find(new Date(at(0).getTime() + 59_000)), failure);
  assert.equal(state.asked.length, before);
  assert.equal(await find(at(1)), '{"root":1}');
});
