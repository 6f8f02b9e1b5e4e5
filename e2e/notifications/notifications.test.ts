import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { createTransport } from "../../src/sources/index.ts";
import { openChartFolder } from "../scenarios/chart-folder.ts";
import { startWorld } from "../world.ts";
import { openReceiver, playNotifications } from "./play.ts";

// tools/record-notifications.ts made the recording.
test("our controllers tell a receiver of events what Flux's tell it", { timeout: 60_000 }, async (t) => {
  await using receiver = await openReceiver();
  await using charts = await openChartFolder();
  const { client } = await startWorld(t, { notifications: { address: receiver.url, fetch: createTransport() } });
  const told = await playNotifications({ client, namespace: "apps", charts, receiver });
  assert.deepEqual(told, JSON.parse(readFileSync(new URL("recorded.json", import.meta.url), "utf8")));
});
