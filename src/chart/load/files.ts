import { messageOf } from "../../base/errors.ts";
import { compareBytes } from "../../base/value.ts";
import { ChartError } from "../errors.ts";
import type { Chart, ChartFile, ChartLock } from "../types.ts";
import type { Values } from "../../base/value.ts";
import { type LooseMetadata, parseLock, parseMetadata } from "./metadata.ts";
import { validateMetadata } from "./validate.ts";
import { parseValues } from "./values-file.ts";

/** Unpacks a packed subchart; what it reads counts against the limits of the whole chart. */
export type UnpackSubchart = (data: Uint8Array) => Promise<readonly ChartFile[]>;

/** Sorts the files of a chart into a Chart, subcharts included. Throws ChartError with Helm's text. */
export async function chartFromFiles(files: readonly ChartFile[], unpack: UnpackSubchart): Promise<Chart> {
  let loose: LooseMetadata | undefined;
  let modTime: string | undefined;
  for (const file of files) {
    if (file.name !== "Chart.yaml") continue;
    loose = { ...loose, ...attempt("cannot load Chart.yaml", () => parseMetadata(textOf(file.data))) };
    // Helm 2 took charts without apiVersion: they are v1 charts.
    if (!loose.apiVersion) loose = { ...loose, apiVersion: "v1" };
    modTime = file.modTime;
  }
  let lock: ChartLock | null = null;
  let values: Values | null = null;
  let schema: ChartFile | undefined;
  const templates: ChartFile[] = [];
  const others: ChartFile[] = [];
  const below = new Map<string, ChartFile[]>();
  for (const file of files) {
    if (file.name === "Chart.yaml") continue;
    if (file.name === "Chart.lock") lock = attempt("cannot load Chart.lock", () => parseLock(textOf(file.data)));
    else if (file.name === "values.yaml")
      values = attempt("cannot load values.yaml", () => parseValues(textOf(file.data)));
    else if (file.name === "values.schema.json") schema = file;
    else if (file.name === "requirements.yaml") {
      loose = { ...loose, ...attempt("cannot load requirements.yaml", () => parseMetadata(textOf(file.data))) };
      if (loose.apiVersion === "v1") others.push(file);
    } else if (file.name === "requirements.lock") {
      lock = attempt("cannot load requirements.lock", () => parseLock(textOf(file.data)));
      if (loose?.apiVersion === "v1") others.push(file);
    } else if (file.name.startsWith("templates/")) templates.push(file);
    else if (file.name.startsWith("charts/") && !file.name.endsWith(".prov")) {
      const name = file.name.slice("charts/".length);
      const top = name.split("/", 1)[0]!;
      const group = below.get(top);
      if (group === undefined) below.set(top, [{ ...file, name }]);
      else group.push({ ...file, name });
    } else others.push(file);
  }
  if (loose === undefined) throw new ChartError("InvalidChart", "Chart.yaml file is missing");
  const metadata = validateMetadata(loose);
  const dependencies: Chart[] = [];
  for (const top of [...below.keys()].sort(compareBytes)) {
    if (top.startsWith("_") || top.startsWith(".")) continue;
    const group = below.get(top)!;
    try {
      dependencies.push(await chartFromFiles(await subchartFiles(top, group, metadata.name, unpack), unpack));
    } catch (error) {
      if (error instanceof UnexpectedFile) throw new ChartError("InvalidChart", error.message);
      const code = error instanceof ChartError ? error.code : "InvalidChart";
      throw new ChartError(code, `error unpacking subchart ${top} in ${metadata.name}: ${messageOf(error)}`, {
        cause: error,
      });
    }
  }
  return {
    metadata,
    lock,
    templates,
    values,
    schema: schema?.data ?? null,
    ...(schema?.modTime === undefined ? {} : { schemaModTime: schema.modTime }),
    files: others,
    ...(modTime === undefined ? {} : { modTime }),
    dependencies,
    raw: files,
  };
}

/** The text of a file; what is no UTF-8 becomes U+FFFD, as it does when Go's YAML reads it. */
export function textOf(data: Uint8Array): string {
  return decoder.decode(data);
}

const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

class UnexpectedFile extends Error {}

async function subchartFiles(
  top: string,
  group: readonly ChartFile[],
  chart: string,
  unpack: UnpackSubchart,
): Promise<readonly ChartFile[]> {
  if (top.endsWith(".tgz")) {
    const file = group[0]!;
    if (file.name !== top)
      throw new UnexpectedFile(`error unpacking subchart tar in ${chart}: expected ${top}, got ${file.name}`);
    return await unpack(file.data);
  }
  return group.flatMap((file) => {
    const slash = file.name.indexOf("/");
    return slash < 0 ? [] : [{ ...file, name: file.name.slice(slash + 1) }];
  });
}

function attempt<T>(what: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw new ChartError("InvalidChart", `${what}: ${messageOf(error)}`, { cause: error });
  }
}
