import { bucketController } from "../bucket/reconcile.ts";
import { gitRepositoryController } from "../gitrepository/reconcile.ts";
import { helmChartController } from "../helmchart/reconcile.ts";
import { helmRepositoryController } from "../helmrepository/reconcile.ts";
import { ociRepositoryController } from "../ocirepository/reconcile.ts";
import type { Controller } from "../runtime/index.ts";
import { createSourcePorts, type SourceOptions } from "./ports.ts";

export type { SourceOptions } from "./ports.ts";

/** The controllers of all sources, on one store. */
export function sourceControllers(options: SourceOptions): readonly Controller[] {
  const ports = createSourcePorts(options);
  const controllers: readonly unknown[] = [
    gitRepositoryController(ports),
    helmRepositoryController(ports),
    helmChartController(ports),
    ociRepositoryController(ports),
    bucketController(ports),
  ];
  // Each takes objects of its own kind only; the runtime gives it no others.
  return controllers as readonly Controller[];
}
