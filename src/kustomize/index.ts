export { build, type BuildInput } from "./build.ts";
export { KustomizeError, type KustomizeErrorCode } from "./errors.ts";
export { type FluxKustomization, buildFluxKustomization } from "./flux.ts";
export type { ImageChange } from "./images.ts";
export type { Patch } from "./patches.ts";
export { postRender, type PostRenderOptions } from "./post-render.ts";
export { describeBuilt, substituteVariables } from "./substitute.ts";
export { parseSelector, type PatchTarget } from "./selector.ts";
