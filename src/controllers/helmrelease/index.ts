export { helmReleaseController } from "./reconcile.ts";
export type { HelmReleaseOptions } from "./ports.ts";
