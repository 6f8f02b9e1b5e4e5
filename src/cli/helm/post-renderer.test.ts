import assert from "node:assert/strict";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import type { Io } from "../command.ts";
import { chooseCommand, postRendererOf } from "./post-renderer.ts";

const command = (command: string, os = "", arch = "") => ({ command, os, arch, args: [] });
const choices = [
  {
    name: "takes the one for system and processor first",
    of: [command("a"), command("b", "linux"), command("c", "Linux", "amd64")],
    want: "c",
  },
  { name: "then the one for the system", of: [command("a"), command("b", "linux")], want: "b" },
  { name: "then the one for any", of: [command("x", "darwin"), command("y", "", "amd64"), command("a")], want: "a" },
  { name: "takes none for others", of: [command("x", "darwin"), command("y", "linux", "arm64")], want: undefined },
];
for (const { name, of, want } of choices) {
  test(`chooseCommand() ${name}`, () => {
    assert.equal(chooseCommand(of, { os: "linux", arch: "amd64" })?.command, want);
  });
}

describe("postRendererOf()", () => {
  let folder = "";
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "coxswain-plugins-"));
    const scripts = {
      turn: `#!/bin/sh\nsed "s/one/$1-$2/"\n`,
      mute: "#!/bin/sh\ncat >/dev/null\n",
      fail: "#!/bin/sh\necho partly\nexit 3\n",
    };
    for (const [name, script] of Object.entries(scripts)) {
      mkdirSync(join(folder, name));
      const description = `apiVersion: v1\nname: ${name}\ntype: postrenderer/v1\nversion: 0.1.0\nruntime: subprocess\nruntimeConfig:\n  platformCommand:\n  - command: \${HELM_PLUGIN_DIR}/run\n    args: [$HELM_PLUGIN_NAME]\n`;
      writeFileSync(join(folder, name, "plugin.yaml"), description);
      writeFileSync(join(folder, name, "run"), script);
      chmodSync(join(folder, name, "run"), 0o755);
    }
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  const render = (names: readonly string[], more: readonly string[] = []) => {
    const io = {
      env: { PATH: process.env.PATH, HELM_PLUGINS: folder },
      cwd: "/",
      signal: new AbortController().signal,
    };
    const files = { "registry-config": "", "repository-config": "", "repository-cache": "", "content-cache": "" };
    return postRendererOf({ ...files, "post-renderer": names, "post-renderer-args": more }, io as unknown as Io);
  };

  test("sends objects through a plugin, with the arguments of plugin and user", async () => {
    const objects = await render(["turn"], ["two"])?.([{ kind: "A", text: "one" }, { kind: "B" }]);
    assert.deepEqual(objects, [{ kind: "A", text: "turn-two" }, { kind: "B" }]);
  });

  // The texts are helm 4.2.4's.
  test("says what helm says of a plugin that fails, says nothing or is not there", async () => {
    await assert.rejects(async () => render(["fail"])?.([{}]), {
      message: 'failed to invoke post-renderer plugin "fail": plugin "fail" exited with error',
    });
    await assert.rejects(async () => render(["mute"])?.([{}]), {
      message: 'post-renderer "mute" produced empty output',
    });
    assert.throws(() => render(["nope"]), {
      message: 'invalid argument "nope" for "--post-renderer" flag: plugin: {Name:nope Type:postrenderer/v1} not found',
    });
    assert.throws(() => render(["turn", "mute"]), {
      message: 'invalid argument "mute" for "--post-renderer" flag: cannot specify --post-renderer flag more than once',
    });
    assert.equal(render([]), undefined);
  });
});
