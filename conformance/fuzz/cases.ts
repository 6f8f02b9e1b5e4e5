import { caseSeed, createRandom } from "../random.ts";
import { drawValuesFile, type ValuesSource } from "./values.ts";

/** One run of `helm template` on a chart: the flags after the chart, and the text of its values file, if any. */
export interface FuzzCase {
  readonly number: number;
  readonly flags: readonly string[];
  readonly values?: string;
}

/** The plain runs come first: the chart as it is, and with the flags that change what is shown. */
export const plainCases: readonly FuzzCase[] = [
  { number: 0, flags: [] },
  { number: 1, flags: ["--include-crds", "--no-hooks", "--is-upgrade", "--kube-version", "1.25.0"] },
  { number: 2, flags: ["--skip-tests", "--api-versions", "monitoring.coreos.com/v1,policy/v1/PodDisruptionBudget"] },
];

const moreFlags: readonly (readonly string[])[] = [
  [],
  [],
  [],
  [],
  ["--is-upgrade"],
  ["--kube-version", "v1.29.3"],
  ["--api-versions", "monitoring.coreos.com/v1"],
  ["--include-crds"],
  ["--set", "global.imageRegistry=r.example,fullnameOverride=f"],
  ["--set-string", "replicaCount=3"],
  ["--set-json", 'podAnnotations={"a":"b","n":1}'],
  ["--set", "service.annotations.a\\.b/c=d,tolerations[0].key=k,nodeSelector.x=y"],
  ["--skip-schema-validation"],
];

/** The drawn run of that number; the same for a seed, a chart's name and what the chart holds. */
export function drawCase(seed: number, chart: string, number: number, source: ValuesSource): FuzzCase {
  const random = createRandom(caseSeed(caseSeed(seed, hash(chart)), number));
  const values = drawValuesFile(random, source);
  return { number, flags: random.pick(moreFlags), values };
}

function hash(text: string): number {
  let sum = 7;
  for (let index = 0; index < text.length; index += 1) sum = (Math.imul(sum, 31) + text.charCodeAt(index)) | 0;
  return sum >>> 0;
}
