/** An object under construction: a copy of its own, which functions of this folder fill in. */
export type Draft = Record<string, unknown>;

export function isDraft(value: unknown): value is Draft {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The map at a field; undefined where there is none. */
export function at(draft: Draft | undefined, ...names: readonly string[]): Draft | undefined {
  let found: unknown = draft;
  for (const name of names) found = isDraft(found) && Object.hasOwn(found, name) ? found[name] : undefined;
  return isDraft(found) ? found : undefined;
}

/** The maps in the list at a field. */
export function each(draft: Draft | undefined, name: string): readonly Draft[] {
  const list = draft !== undefined && Object.hasOwn(draft, name) ? draft[name] : undefined;
  return Array.isArray(list) ? list.filter(isDraft) : [];
}

/** Sets a field that is not there, or is what Go takes for not there: an empty text, zero for counts that must not be zero. */
export function fill(draft: Draft, name: string, value: unknown): void {
  const current = Object.hasOwn(draft, name) ? draft[name] : undefined;
  if (current === undefined || current === null || current === "") draft[name] = value;
}

/** The map at a field, made when there is none. */
export function open(draft: Draft, name: string): Draft {
  fill(draft, name, {});
  const value = draft[name];
  return isDraft(value) ? value : {};
}
