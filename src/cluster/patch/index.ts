export { applyStrategicPatch } from "./strategic.ts";
