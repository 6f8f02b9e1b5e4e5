import { badElementOrder, badPrimitiveList } from "./errors.ts";
import { isMap } from "./json-map.ts";

export const patchDirective = "$patch";
export const retainKeysDirective = "$retainKeys";
export const deleteFromPrimitiveList = "$deleteFromPrimitiveList";
export const setElementOrder = "$setElementOrder";

/** The list that a parallel directive such as `$setElementOrder/containers` speaks of; undefined for any other key. */
export function parallelKey(
  key: string,
  directive: typeof deleteFromPrimitiveList | typeof setElementOrder,
): string | undefined {
  if (!key.startsWith(directive)) return undefined;
  const slash = key.indexOf("/");
  if (slash !== directive.length) throw directive === setElementOrder ? badElementOrder() : badPrimitiveList();
  return key.slice(slash + 1);
}

export function hasDirective(value: unknown): boolean {
  return isMap(value) && Object.hasOwn(value, patchDirective);
}

export function isDeletion(value: unknown): boolean {
  return hasDirective(value) && (value as Record<string, unknown>)[patchDirective] === "delete";
}
