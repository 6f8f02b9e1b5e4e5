/** A field of what came from outside; undefined when there is none of its own. */
export function fieldAt(parent: unknown, name: string): unknown {
  if (typeof parent !== "object" || parent === null || !Object.hasOwn(parent, name)) return undefined;
  return (parent as Readonly<Record<string, unknown>>)[name];
}

/** The text of a field; undefined when there is none. */
export function textAt(parent: unknown, name: string): string | undefined {
  const value = fieldAt(parent, name);
  return typeof value === "string" ? value : undefined;
}

/** What stands once or several times in a document, as a list. */
export function toList(value: unknown): readonly unknown[] {
  return value === undefined ? [] : Array.isArray(value) ? value : [value];
}
