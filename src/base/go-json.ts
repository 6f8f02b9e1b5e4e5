/** JSON as Go's encoder writes it: fields in their order, what HTML could misread escaped. `indent` spreads it over lines. */
export function formatGoJson(value: unknown, indent?: string): string {
  return JSON.stringify(value ?? null, undefined, indent).replace(
    /[<>&\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
