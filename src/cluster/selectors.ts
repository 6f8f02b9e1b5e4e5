import { badRequest, type KubeObject } from "../api/index.ts";

export type Selector<T> = (value: T) => boolean;

export const everything = (): boolean => true;

interface Requirement {
  readonly key: string;
  readonly operator: "=" | "!=" | "in" | "notin" | "exists" | "!" | ">" | "<";
  readonly values: readonly string[];
}

const labelKey = /^([a-z0-9]([-a-z0-9.]*[a-z0-9])?\/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/;
const labelValue = /^([A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?$/;

/** Parses `a=b,c!=d,e in (f,g),h,!i` as labels.Parse does. Throws BadRequest. */
export function parseLabelSelector(text: string): Selector<Readonly<Record<string, string>>> {
  const requirements = requirementsOf(text);
  if (requirements.length === 0) return everything;
  return (labels) => requirements.every((requirement) => matches(requirement, labels));
}

function matches({ key, operator, values }: Requirement, labels: Readonly<Record<string, string>>): boolean {
  const present = Object.hasOwn(labels, key);
  const value = present ? labels[key]! : "";
  switch (operator) {
    case "=":
    case "in":
      return present && values.includes(value);
    case "!=":
    case "notin":
      return !present || !values.includes(value);
    case "exists":
      return present;
    case "!":
      return !present;
    case ">":
      return present && /^-?\d+$/.test(value) && Number(value) > Number(values[0]);
    case "<":
      return present && /^-?\d+$/.test(value) && Number(value) < Number(values[0]);
  }
}

function requirementsOf(text: string): readonly Requirement[] {
  const tokens = tokenize(text);
  const requirements: Requirement[] = [];
  let at = 0;
  const fail = (found: string | undefined, wanted: string): never => {
    const comma = wanted === "'('" ? "" : ",";
    throw badRequest(`unable to parse requirement: found '${found ?? ""}'${comma} expected: ${wanted}`);
  };
  while (at < tokens.length) {
    let negated = false;
    if (tokens[at] === "!") {
      negated = true;
      at += 1;
    }
    const key = tokens[at] ?? fail(tokens[at], "identifier");
    if (!negated && /^[=(),<>]/.test(key))
      throw badRequest(`found '${key}', expected: !, identifier, or 'end of string'`);
    if (/^[=!(),<>]/.test(key)) fail(key, "identifier");
    if (!labelKey.test(key))
      throw badRequest(`unable to parse requirement: <nil>: Invalid value: ${JSON.stringify(key)}: ${nameText}`);
    at += 1;
    const operator = tokens[at];
    if (negated || operator === undefined || operator === ",") {
      requirements.push({ key, operator: negated ? "!" : "exists", values: [] });
    } else if (operator === "in" || operator === "notin") {
      at += 1;
      if (tokens[at] !== "(") fail(tokens[at], "'('");
      const values: string[] = [];
      at += 1;
      while (at < tokens.length && tokens[at] !== ")") {
        if (tokens[at] === ",") {
          if (tokens[at - 1] === "(" || tokens[at - 1] === ",") values.push("");
          at += 1;
          continue;
        }
        values.push(tokens[at]!);
        at += 1;
      }
      if (tokens[at] !== ")") fail(tokens[at], "',' or ')'");
      at += 1;
      requirements.push({ key, operator, values: values.map((value) => checked(key, value)) });
    } else if (operator === "=" || operator === "==" || operator === "!=" || operator === ">" || operator === "<") {
      at += 1;
      const next = tokens[at];
      const value = next === undefined || next === "," ? "" : next;
      if (next !== undefined && next !== ",") at += 1;
      const comparison = operator === "==" ? "=" : operator;
      requirements.push({ key, operator: comparison, values: [checked(key, value)] });
    } else fail(operator, "in, notin, =, ==, !=, gt, lt");
    if (at < tokens.length) {
      if (tokens[at] !== ",") fail(tokens[at], "',' or 'end of string'");
      at += 1;
      if (at === tokens.length) fail("", "identifier after ','");
    }
  }
  return requirements;
}

const nameText =
  "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";
const valueText =
  "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";

function checked(key: string, value: string): string {
  if (labelValue.test(value)) return value;
  const why = value.length > 63 ? "must be no more than 63 bytes" : valueText;
  throw badRequest(`unable to parse requirement: values[0][${key}]: Invalid value: ${JSON.stringify(value)}: ${why}`);
}

function tokenize(text: string): readonly string[] {
  const tokens: string[] = [];
  for (const match of text.matchAll(/\s+|(==|!=|[=!(),<>])|([^\s=!(),<>]+)/g)) {
    const token = match[1] ?? match[2];
    if (token !== undefined) tokens.push(token);
  }
  return tokens;
}

/** Parses `a=b,c!=d` and refuses fields that the kind does not offer. Throws BadRequest. */
export function parseFieldSelector(
  text: string,
  fields: Readonly<Record<string, (object: KubeObject) => string>>,
): { readonly matches: Selector<KubeObject>; readonly name?: string } {
  if (text === "") return { matches: everything };
  const tests: Selector<KubeObject>[] = [];
  let name: string | undefined;
  for (const term of splitTerms(text)) {
    if (term === "") continue;
    const match = /^(.*?)(!=|==|=)(.*)$/s.exec(term);
    if (match === null) throw badRequest(`invalid selector: '${text}'; can't understand '${term}'`);
    const [, field = "", operator, escaped = ""] = match;
    const read = Object.hasOwn(fields, field) ? fields[field] : undefined;
    if (read === undefined) throw badRequest(`field label not supported: ${field}`);
    const value = escaped.replaceAll(/\\([\\,=])/g, "$1");
    if (operator === "!=") tests.push((object) => read(object) !== value);
    else {
      if (field === "metadata.name") name = value;
      tests.push((object) => read(object) === value);
    }
  }
  return { matches: (object) => tests.every((test) => test(object)), ...(name === undefined ? {} : { name }) };
}

function splitTerms(text: string): readonly string[] {
  return text.match(/(?:\\.|[^,\\])+/gs) ?? [];
}
