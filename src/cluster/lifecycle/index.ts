export { defaultPace, type Pace } from "./pace.ts";
export { createLogs } from "./pods/logs.ts";
export type { SetTimer } from "./runtime.ts";
export { type Lifecycle, type LifecycleOptions, startLifecycle } from "./start.ts";
