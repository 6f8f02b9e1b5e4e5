import assert from "node:assert/strict";
import { test } from "node:test";
import type { Value, Values } from "../base/value.ts";
import { formatYaml, parseYaml } from "../base/yaml/index.ts";
import { type ImageChange, type Patch, postRender } from "./index.ts";
import recorded from "./testdata/post-renders.json" with { type: "json" };

type StringMap = Readonly<Record<string, string>>;

interface Row {
  readonly files: StringMap;
  readonly renderers: readonly { readonly patches?: readonly Patch[]; readonly images?: readonly ImageChange[] }[];
  readonly labels?: StringMap;
  readonly annotations?: StringMap;
  readonly out?: StringMap;
  readonly error?: string;
}

const filename = "postrenderer.helm.sh/postrender-filename";
const originLabels = { "helm.toolkit.fluxcd.io/name": "r", "helm.toolkit.fluxcd.io/namespace": "ns" };

function mapAt(object: Values, key: string): Values {
  return (object[key] ?? {}) as Values;
}

/** What helm does before: every object is marked with the file it came from. */
function readFiles(files: StringMap): Values[] {
  return Object.keys(files)
    .toSorted()
    .filter((name) => !name.slice(name.lastIndexOf("/") + 1).startsWith("_"))
    .flatMap((name) =>
      (files[name] ?? "").split(/^---[ \t]*\n/m).flatMap((text) => {
        const object = parseYaml(text, { dialect: "v3", integers: "bigint" }) as Values | null;
        if (object === null) return [];
        const metadata = mapAt(object, "metadata");
        const annotations = { ...mapAt(metadata, "annotations"), [filename]: name };
        return [{ ...object, metadata: { ...metadata, annotations } }];
      }),
    );
}

/** What helm does after: the mark is taken off and the objects go back to their files. */
function writeFiles(objects: readonly Values[]): StringMap {
  const files = new Map<string, string>();
  for (const object of objects) {
    const { annotations, ...metadata } = mapAt(object, "metadata");
    const { [filename]: name, ...kept } = (annotations ?? {}) as Values;
    const rest: Record<string, Value> = Object.keys(kept).length === 0 ? {} : { annotations: kept };
    const text = formatYaml({ ...object, metadata: { ...metadata, ...rest } }, { width: Number.POSITIVE_INFINITY });
    const before = files.get(String(name));
    files.set(String(name), before === undefined ? text : `${before}---\n${text}`);
  }
  return Object.fromEntries(files);
}

for (const [i, { files, renderers, labels, annotations, out, error }] of (
  recorded as unknown as readonly Row[]
).entries()) {
  test(`postRender() does recording ${i} as helm 4.2.4 and helm-controller 1.6.3 do`, () => {
    const commonMetadata = {
      ...(labels === undefined ? {} : { labels }),
      ...(annotations === undefined ? {} : { annotations }),
    };
    const run = () => postRender(readFiles(files), { renderers, commonMetadata, originLabels });
    if (error === undefined) assert.deepEqual(writeFiles(run()), out);
    else assert.throws(run, { message: error });
  });
}

test("postRender() does not change the objects it was given", () => {
  const objects = readFiles({ "a.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n" });
  const before = structuredClone(objects);
  postRender(objects, { renderers: [], originLabels });
  assert.deepEqual(objects, before);
});
