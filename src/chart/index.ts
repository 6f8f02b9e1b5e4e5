export { ChartError } from "./errors.ts";
export type { ChartErrorCode } from "./errors.ts";
export type * from "./types.ts";
