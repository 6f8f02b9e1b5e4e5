import { badRequest } from "./errors.ts";

/** Deeper than any object that means something, and shallow enough for every function here that calls itself. */
const deepest = 1000;

/** Refuses objects and lists that are nested too deep with the API server's text; takes no stack itself. */
export function assertDepth(value: unknown, limit = deepest): void {
  let level: unknown[] = [value];
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > limit) throw badRequest("exceeded max depth");
    const next: unknown[] = [];
    for (const item of level) {
      if (typeof item !== "object" || item === null) continue;
      for (const inner of Array.isArray(item) ? item : Object.values(item)) {
        if (typeof inner === "object" && inner !== null) next.push(inner);
      }
    }
    level = next;
  }
}
