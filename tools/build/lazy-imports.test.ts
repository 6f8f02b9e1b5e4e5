import assert from "node:assert/strict";
import { test } from "node:test";
import { withLazyImports, withRequiredBuiltins } from "./lazy-imports.ts";

const cases = [
  {
    name: "loads a chunk where it is first used",
    code: 'const require_api = require("./api-Ab_1.cjs");\nconst read = () => require_api.parse("");',
    want: 'let require_api_;\nconst require_api = () => (require_api_ ??= require("./api-Ab_1.cjs"));\nconst read = () => require_api().parse("");',
  },
  {
    name: "loads a part of Node where it is first used",
    code: 'let node_zlib = require("node:zlib");\nconst unzip = (bytes) => (0, node_zlib.gunzipSync)(bytes);',
    want: 'let node_zlib_;\nconst node_zlib = () => (node_zlib_ ??= require("node:zlib"));\nconst unzip = (bytes) => (0, node_zlib().gunzipSync)(bytes);',
  },
  {
    name: "makes instances of what it loads",
    code: 'let node_http = require("node:http");\nconst agent = () => new node_http.default.Agent({});',
    want: 'let node_http_;\nconst node_http = () => (node_http_ ??= require("node:http"));\nconst agent = () => new (node_http().default.Agent)({});',
  },
  {
    name: "leaves what Node has loaded anyway",
    code: 'let node_fs = require("node:fs");\nnode_fs.readFileSync("");',
    want: 'let node_fs = require("node:fs");\nnode_fs.readFileSync("");',
  },
  {
    name: "leaves what the bundler wraps",
    code: 'let node_http = require("node:http");\nnode_http = require_rolldown_runtime.__toESM(node_http, 1);',
    want: 'let node_http = require("node:http");\nnode_http = require_rolldown_runtime.__toESM(node_http, 1);',
  },
  { name: "loads no chunk for what its loading does", code: 'require("./kube-Ab-1.cjs");\nrun();', want: "run();" },
];
for (const { name, code, want } of cases) {
  test(`withLazyImports() ${name}`, () => assert.equal(withLazyImports(code), want));
}

test("withLazyImports() refuses to put off what is used as a whole", () => {
  const code = 'const require_api = require("./api-Ab_1.cjs");\nuse(require_api);';
  assert.throws(
    () => withLazyImports(code),
    /^Error: cannot build: all of \.\/api-Ab_1\.cjs is used in "use\(require_api\);"$/,
  );
});

test("withRequiredBuiltins() requires what was imported later, and refuses what cannot be", () => {
  assert.equal(
    withRequiredBuiltins('const { text } = await import("node:stream/consumers");'),
    'const { text } = await Promise.resolve(require("node:stream/consumers"));',
  );
  assert.equal(withRequiredBuiltins("/** @type {import('./x.js').X} */"), "/** @type {import('./x.js').X} */");
  assert.throws(() => withRequiredBuiltins('await import("somebody-elses");'), { message: /would fail in the chunk/ });
});
