import { goQuote } from "../../base/go-quote.ts";

/** What Kubernetes says of a name that an object of a kind cannot have; undefined when it can. */
export function nameProblem(kind: string, name: string): string | undefined {
  const problems = problemsOf(kind.toLowerCase(), name);
  if (problems.length === 0) return undefined;
  const errors = problems.map((problem) => `metadata.name: Invalid value: ${goQuote(name)}: ${problem}`);
  const all = errors.length === 1 ? errors[0] : `[${errors.join(", ")}]`;
  return `object name does not conform to Kubernetes naming requirements: ${goQuote(name)}: ${all}`;
}

function problemsOf(kind: string, name: string): string[] {
  switch (kind) {
    case "service":
      return dns1035Label(name);
    case "namespace":
      return dns1123Label(name);
    case "certificatesigningrequest":
      return [];
    case "role":
    case "clusterrole":
    case "rolebinding":
    case "clusterrolebinding":
      return pathSegment(name);
    default:
      return dns1123Subdomain(name);
  }
}

function dns1123Subdomain(name: string): string[] {
  const part = "[a-z0-9]([-a-z0-9]*[a-z0-9])?";
  const problems = name.length > 253 ? ["must be no more than 253 characters"] : [];
  if (!new RegExp(`^${part}(\\.${part})*$`).test(name))
    problems.push(
      `a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '${part}(\\.${part})*')`,
    );
  return problems;
}

function dns1123Label(name: string): string[] {
  const problems = name.length > 63 ? ["must be no more than 63 characters"] : [];
  if (!/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/.test(name))
    problems.push(
      "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')",
    );
  return problems;
}

function dns1035Label(name: string): string[] {
  const problems = name.length > 63 ? ["must be no more than 63 characters"] : [];
  if (!/^[a-z]([-a-z0-9]*[a-z0-9])?$/.test(name))
    problems.push(
      "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')",
    );
  return problems;
}

function pathSegment(name: string): string[] {
  if (name === "." || name === "..") return [`may not be '${name}'`];
  return ["/", "%"].filter((bad) => name.includes(bad)).map((bad) => `may not contain '${bad}'`);
}
