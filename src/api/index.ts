export * from "./builtin/index.ts";
export * from "./conditions.ts";
export * from "./errors.ts";
export * from "./field-error.ts";
export * from "./kind.ts";
export * from "./kinds/index.ts";
export * from "./object.ts";
export * from "./schema.ts";
export type * from "./structural-schema.ts";
