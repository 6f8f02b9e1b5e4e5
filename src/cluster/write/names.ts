import type { NameRule } from "../registry/resource.ts";

const subdomain = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const label = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;
const label1035 = /^[a-z]([-a-z0-9]*[a-z0-9])?$/;

const subdomainText =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
const labelText =
  "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";
const label1035Text =
  "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')";

/** What is wrong with a name, in Kubernetes' words. With `prefix`, a trailing dash is fine: a suffix follows. */
export function nameProblems(rule: NameRule, name: string, prefix = false): readonly string[] {
  const checked = prefix && name.endsWith("-") && rule !== "path-segment" ? `${name.slice(0, -1)}a` : name;
  switch (rule) {
    case "subdomain":
      return matching(checked, { limit: 253, pattern: subdomain, text: subdomainText });
    case "label":
      return matching(checked, { limit: 63, pattern: label, text: labelText });
    case "label-1035":
      return matching(checked, { limit: 63, pattern: label1035, text: label1035Text });
    case "path-segment":
      return pathSegmentProblems(checked, prefix);
  }
}

function matching(
  name: string,
  rule: { readonly limit: number; readonly pattern: RegExp; readonly text: string },
): string[] {
  return [
    ...(name.length > rule.limit ? [`must be no more than ${rule.limit} bytes`] : []),
    ...(rule.pattern.test(name) ? [] : [rule.text]),
  ];
}

function pathSegmentProblems(name: string, prefix: boolean): string[] {
  if (!prefix && name === ".") return ["may not be '.'"];
  if (!prefix && name === "..") return ["may not be '..'"];
  return ["/", "%"].filter((mark) => name.includes(mark)).map((mark) => `may not contain '${mark}'`);
}

const qualifiedPart = /^([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]$/;
const qualifiedText =
  "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";

/** What is wrong with a label or annotation key. */
export function qualifiedNameProblems(key: string): readonly string[] {
  const parts = key.split("/");
  if (parts.length > 2) {
    return [
      "a qualified name must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]') with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')",
    ];
  }
  const problems: string[] = [];
  if (parts.length === 2) {
    const [prefix = ""] = parts;
    if (prefix === "") problems.push("prefix part must be non-empty");
    else problems.push(...nameProblems("subdomain", prefix).map((problem) => `prefix part ${problem}`));
  }
  const name = parts.at(-1)!;
  if (name === "") problems.push("name part must be non-empty");
  else if (name.length > 63) problems.push("name part must be no more than 63 bytes");
  if (!qualifiedPart.test(name)) problems.push(`name part ${qualifiedText}`);
  return problems;
}

const labelValuePattern = /^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$/;

/** What is wrong with the value of a label. */
export function labelValueProblems(value: string): readonly string[] {
  return [
    ...(value.length > 63 ? ["must be no more than 63 bytes"] : []),
    ...(labelValuePattern.test(value)
      ? []
      : [
          "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')",
        ]),
  ];
}
