const warning = /299 \S+ "((?:[^"\\]|\\.)*)"/g;

/** The warnings of an answer: what the API took, but would have written otherwise. Others than Kubernetes' own (code 299) do not count. */
export function warningsOf(headers: Headers): readonly string[] {
  const text = headers.get("warning");
  if (text === null) return [];
  return [...text.matchAll(warning)].map(([, quoted = ""]) => quoted.replaceAll(/\\(.)/g, "$1"));
}
