export * from "./object.ts";
export * from "./builtin/index.ts";
