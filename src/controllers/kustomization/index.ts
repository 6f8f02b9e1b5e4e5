export { type KustomizationOptions } from "./observe.ts";
export { kustomizationController } from "./reconcile.ts";
