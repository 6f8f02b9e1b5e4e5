import { CodedError } from "../../base/errors.ts";

export type StrategicMergeErrorCode =
  | "BadFormat" // a directive is not what it must be
  | "Unprocessable" // the patch contradicts itself
  | "Mismatch"; // the patch and the object do not fit together

/** A strategic merge patch that cannot be applied or made, in Kubernetes' words. */
export class StrategicMergeError extends CodedError<StrategicMergeErrorCode> {}

export const badPrimitiveList = () => new StrategicMergeError("BadFormat", "invalid patch format of primitive list");
export const badRetainKeys = () => new StrategicMergeError("BadFormat", "invalid patch format of retainKeys");
export const badElementOrder = () =>
  new StrategicMergeError("BadFormat", "invalid patch format of setElementOrder list");
export const listOfLists = () => new StrategicMergeError("Unprocessable", "lists of lists are not supported");
export const mismatch = (message: string) => new StrategicMergeError("Mismatch", message);

export const noMergeKey = (item: unknown, key: string) =>
  mismatch(`map: ${JSON.stringify(item)} does not contain declared merge key: ${key}`);
export const badType = (expected: string, actual: unknown) =>
  mismatch(`expected a ${expected}, but received a ${typeOf(actual)}`);

/** What a JSON value is, as Go's JSON decoder would have it. */
export function typeOf(value: unknown): string {
  if (value === null || value === undefined) return "%!s(<nil>)";
  if (Array.isArray(value)) return "[]interface {}";
  if (typeof value === "object") return "map[string]interface {}";
  if (typeof value === "boolean") return "bool";
  return typeof value === "string" ? "string" : "number";
}
