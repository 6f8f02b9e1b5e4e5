import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { startWorld } from "../source/testing/world.ts";
import { playGitRepositories, type Seen } from "./testing/play.ts";
import { skipGitServers } from "./testing/servers.ts";

// What source-controller 1.9.1 made of the same objects on a real API server; tools/record-git-repositories.ts.
const recorded = JSON.parse(readFileSync(new URL("./testdata/flux.json", import.meta.url), "utf8")) as readonly Seen[];

// docs/compatibility.md says why.
const reasonless = new Set(["github-no-installation", "github-two-installations"]);
const invalidApp =
  /^False Failed: secret '\{namespace\}\/app-[a-z-]+' must contain exactly one of 'githubAppInstallationOwner' or/;
const idle = /^Normal (ArtifactUpToDate|GitOperationSucceeded) /;
const sparse = ["lib/middle/deep/leaf/leaf.yaml", "lib/middle/middle.yaml"];

test("gitRepositoryController() leaves the conditions, events, revisions and files that Flux leaves", {
  skip: skipGitServers,
}, async (t) => {
  const world = await startWorld(t);
  const seen = await playGitRepositories(world.client, "apps");
  const named = new Map(seen.map((each) => [each.name, each]));
  assert.equal(recorded.length, seen.length);
  for (const want of recorded)
    await t.test(want.name, () => {
      const found = JSON.parse(JSON.stringify(named.get(want.name)).replaceAll("apps/", "{namespace}/")) as Seen;
      if (reasonless.has(want.name)) {
        assert.match(found.conditions["Ready"] ?? "", invalidApp);
        return assert.deepEqual(want.events, []);
      }
      const files = want.name === "submodules-sparse" ? sparse : want.files.filter((path) => !path.endsWith("/.git"));
      assert.deepEqual(found, { ...want, files, events: want.events.filter((event) => !idle.test(event)) });
    });
});
