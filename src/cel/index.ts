export { type CelProgram, compileCel } from "./compile.ts";
export { CelError, type CelErrorCode } from "./errors.ts";
export type { CelSchema } from "./values.ts";
