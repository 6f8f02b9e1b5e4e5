import { existsSync } from "node:fs";
import { join } from "node:path";

const packages = "../shared/charts/packages";

/** Four charts that everybody knows, and the heaviest of the corpus by the time that Go takes for their templates. */
const names = [
  "stefanprodan-podinfo",
  "traefik-traefik",
  "argoproj-argo-cd",
  "prometheus-community-kube-prometheus-stack",
  "open-telemetry-opentelemetry-demo",
  "bitnami-argo-cd",
  "bitnami-envoy-gateway",
  "bitnami-milvus",
];

export interface BenchChart {
  readonly name: string;
  readonly path: string;
}

/** The charts to measure with; those of the examples alone where the corpus is not beside the project. BENCH_CHARTS=podinfo,traefik chooses. */
export function benchCharts(): readonly BenchChart[] {
  const found = names
    .map((name) => ({ name, path: join(packages, `${name}.tgz`) }))
    .filter(({ path }) => existsSync(path));
  const wanted = process.env.BENCH_CHARTS?.split(",");
  return [{ name: "grade-api (a folder)", path: "examples/grade-api/charts/grade-api" }, ...found].filter(
    ({ name }) => wanted === undefined || wanted.some((part) => name.includes(part)),
  );
}
