import assert from "node:assert/strict";
import { test } from "node:test";
import { readTarGz } from "../../base/node/tar.ts";
import type { SourceTree } from "../tree.ts";
import { filterIgnored } from "./ignore.ts";
import { packTree, unpackTree } from "./pack.ts";

function treeOf(files: Readonly<Record<string, string>>): SourceTree {
  const folders = new Set<string>();
  for (const path of Object.keys(files))
    path
      .split("/")
      .slice(0, -1)
      .forEach((_, index, parts) => folders.add(parts.slice(0, index + 1).join("/")));
  return {
    folders: [...folders],
    files: Object.entries(files).map(([path, text]) => ({
      path,
      executable: path.endsWith(".sh"),
      read: () => Promise.resolve(new TextEncoder().encode(text)),
    })),
  };
}

const repository = {
  ".gitignore": "",
  ".github/workflows/ci.yaml": "",
  "a.png": "",
  "docs/b.png": "",
  "docs/c.md": "",
  "x/.gitattributes": "",
  "x/.sops.yaml": "",
  "y.tar.gz": "",
};
const cases: readonly {
  name: string;
  files: Readonly<Record<string, string>>;
  ignore?: string;
  want: readonly string[];
}[] = [
  { name: "leaves out the defaults", files: repository, want: ["docs/c.md"] },
  {
    name: "drops the defaults as soon as the object says anything",
    files: repository,
    ignore: "/docs/\n",
    want: [".github/workflows/ci.yaml", "a.png", "x/.sops.yaml", "y.tar.gz"],
  },
  {
    name: "keeps the defaults when the object's patterns are only comments",
    files: repository,
    ignore: "# nothing\n\n",
    want: ["docs/c.md"],
  },
  {
    name: "reads .sourceignore in folders, for those folders",
    files: { "a/.sourceignore": "*.md\n", "a/x.md": "", "b/x.md": "" },
    want: ["a/.sourceignore", "b/x.md"],
  },
  {
    name: "lets the object's patterns win over .sourceignore",
    files: { ".sourceignore": "*.md\n", "keep.md": "", "drop.md": "" },
    ignore: "!keep.md\n",
    want: [".sourceignore", "keep.md"],
  },
  {
    name: "keeps an allow list",
    files: { "deploy/a.yaml": "", "deploy/sub/b.yaml": "", "src/c.ts": "" },
    ignore: "/*\n!/deploy\n",
    want: ["deploy/a.yaml", "deploy/sub/b.yaml"],
  },
];
for (const { name, files, ignore, want } of cases)
  test(`filterIgnored() ${name}`, async () => {
    const kept = await filterIgnored(treeOf(files), ignore);
    assert.deepEqual(kept.files.map((file) => file.path).toSorted(), [...want].toSorted());
  });

test("packTree() writes the entries of a walk with Flux's modes", async () => {
  const bytes = await packTree(treeOf({ "b.txt": "b", "a/z.sh": "z", "a.txt": "a", "a/b/c": "c" }));
  const entries = readTarGz(bytes).map(
    ({ path, type, mode, modified }) => `${path} ${type} ${mode.toString(8)} ${modified}`,
  );
  assert.deepEqual(entries, [
    "a directory 750 0",
    "a/b directory 750 0",
    "a/b/c file 600 0",
    "a/z.sh file 700 0",
    "a.txt file 600 0",
    "b.txt file 600 0",
  ]);
});

test("packTree() gives equal bytes whatever the order of the files", async () => {
  const one = await packTree(treeOf({ "a/b": "1", c: "2" }));
  const other = await packTree(treeOf({ c: "2", "a/b": "1" }));
  assert.deepEqual(one, other);
});

test("unpackTree() gives back what packTree() packed", async () => {
  const tree = unpackTree(await packTree(treeOf({ "a/b/c": "c", "a.txt": "a", "run.sh": "x" })));
  assert.deepEqual(tree.folders, ["a", "a/b"]);
  const files = await Promise.all(
    tree.files.map(async (file) => [file.path, file.executable, new TextDecoder().decode(await file.read())]),
  );
  assert.deepEqual(files, [
    ["a/b/c", false, "c"],
    ["a.txt", false, "a"],
    ["run.sh", true, "x"],
  ]);
});
