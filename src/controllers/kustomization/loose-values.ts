import { isValues, type Value, type Values } from "../../base/value.ts";

/** The map that somebody wrote; an empty one where it is something else. */
export function mapOf(value: Value | undefined): Values {
  return isValues(value) ? value : {};
}

/** The maps in a list; what else is in it is left out. */
export function mapsIn(value: Value | undefined): readonly Values[] {
  return Array.isArray(value) ? (value as readonly Value[]).filter(isValues) : [];
}

/** The text that somebody wrote; an empty one where it is something else. */
export function textOf(value: Value | undefined): string {
  return typeof value === "string" ? value : "";
}
