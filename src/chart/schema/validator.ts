import {
  type Draft,
  isObject,
  isSchema,
  type RefKeyword,
  type SchemaDocument,
  type SchemaNode,
  type SchemaObject,
} from "./document.ts";
import { equal, findDuplicates, isInteger, isMultiple, typeNames, typeOf } from "./equality.ts";
import { formats } from "./formats.ts";
import type { Pattern } from "./regex.ts";
import { counted, quoted, quotedList, shown, type Violation } from "./violation.ts";

/** A schema document with its regular expressions compiled. */
export interface Validator extends SchemaDocument {
  readonly pattern: (source: string) => Pattern;
  /** Whether a format counts in drafts that only note it. */
  readonly assertsFormats?: boolean;
}

/**
 * Checks a value as github.com/santhosh-tekuri/jsonschema does, which Helm uses: a wrong type, const, enum or format hides what else is
 * wrong with a value. Undefined when the value is valid.
 */
export function findViolation(validator: Validator, value: unknown): Violation | undefined {
  return new Check(validator).node(validator.root, value, { at: [], active: [] }).violation;
}

interface Place {
  readonly at: readonly string[];
  /** The schemas that are being applied to this same value: meeting one again would never end. */
  readonly active: readonly SchemaNode[];
}

interface Outcome {
  readonly violation?: Violation;
  /** Names and indexes that some schema has looked at. */
  readonly evaluated: ReadonlySet<string>;
}

// Values nest this deep at most; references that recurse through them stop here.
const maxDepth = 500;
const nothing: ReadonlySet<string> = new Set();

class Check {
  readonly #validator: Validator;

  constructor(validator: Validator) {
    this.#validator = validator;
  }

  node(schema: SchemaNode, value: unknown, place: Place): Outcome {
    if (schema === true) return { evaluated: nothing };
    if (schema === false) return fail(single(place, "false schema"));
    if (place.active.includes(schema))
      return fail(single(place, "schemas resolve to each other causing reference cycle"));
    if (place.at.length > maxDepth) return fail(single(place, `values nest deeper than ${maxDepth} levels`));
    const here: Place = { at: place.at, active: [...place.active, schema] };
    const draft = this.#validator.draft(schema);
    const hasRef = typeof schema.$ref === "string";
    if (draft < 2019 && hasRef) {
      // What stands beside a reference means nothing there, but the validator reads `const` all the same.
      const unequal = draft >= 6 ? constViolation(schema, value, here) : undefined;
      if (unequal !== undefined) return fail(unequal);
      const outcome = this.#reference(schema, "$ref", value, here);
      return outcome.violation === undefined ? outcome : fail(outcome.violation);
    }
    const assertsFormats = draft < 2019 || this.#validator.assertsFormats === true;
    const early = scalarViolation(schema, value, { draft, assertsFormats, here });
    if (early !== undefined) return fail(early);

    const gathering = new Gathering();
    if (hasRef) gathering.take(this.#reference(schema, "$ref", value, here));
    if (isObject(value)) this.#object(schema, value, { draft, here, gathering });
    else if (Array.isArray(value)) this.#array(schema, value, { draft, here, gathering });
    else if (typeof value === "string") this.#string(schema, value, { here, gathering });
    else if (typeof value === "number" || typeof value === "bigint")
      checkNumber(schema, Number(value), { here, gathering });
    if (draft >= 2019) {
      for (const keyword of ["$recursiveRef", "$dynamicRef"] as const)
        if (typeof schema[keyword] === "string") gathering.take(this.#reference(schema, keyword, value, here));
    }
    this.#conditions(schema, value, { draft, here, gathering });
    if (draft >= 2019) this.#unevaluated(schema, value, { here, gathering });
    return gathering.outcome(here);
  }

  #reference(schema: SchemaObject, keyword: RefKeyword, value: unknown, here: Place): Outcome {
    const outcome = this.node(this.#validator.target(schema, keyword), value, here);
    if (outcome.violation === undefined) return outcome;
    const { violation } = outcome;
    const causes = violation.kind === "group" ? violation.causes : [violation];
    return fail({ at: here.at, text: "validation failed", kind: "reference", causes });
  }

  #below(schema: SchemaNode, value: unknown, here: Place, step: string): Outcome {
    return this.node(schema, value, { at: [...here.at, step], active: [] });
  }

  #object(schema: SchemaObject, value: SchemaObject, { draft, here, gathering }: Work): void {
    const names = Object.keys(value);
    const report = (text: string): void => gathering.add(single(here, text));
    const least = schema.minProperties;
    if (typeof least === "number" && names.length < least)
      report(`minProperties: got ${counted(names.length)}, want ${counted(least)}`);
    const most = schema.maxProperties;
    if (typeof most === "number" && names.length > most)
      report(`maxProperties: got ${counted(names.length)}, want ${counted(most)}`);
    const missing = missingNames(value, schema.required);
    if (missing.length === 1) report(`missing property ${quoted(missing[0]!)}`);
    else if (missing.length > 1) report(`missing properties ${quotedList(missing)}`);
    for (const [name, dependency] of entries(schema.dependencies)) {
      if (!Object.hasOwn(value, name)) continue;
      if (Array.isArray(dependency)) reportRequired(name, missingNames(value, dependency), report);
      else if (isSchema(dependency)) gathering.take(this.node(dependency, value, here));
    }
    const extra: string[] = [];
    for (const name of names) {
      let evaluated = false;
      const property =
        isObject(schema.properties) && Object.hasOwn(schema.properties, name) ? schema.properties[name] : undefined;
      if (isSchema(property)) {
        evaluated = true;
        gathering.add(this.#below(property, value[name], here, name).violation);
      }
      for (const [pattern, below] of entries(schema.patternProperties)) {
        if (!isSchema(below) || !this.#validator.pattern(pattern)(name)) continue;
        evaluated = true;
        gathering.add(this.#below(below, value[name], here, name).violation);
      }
      const additional = schema.additionalProperties;
      if (!evaluated && isSchema(additional)) {
        evaluated = true;
        if (additional === false) extra.push(name);
        else gathering.add(this.#below(additional, value[name], here, name).violation);
      }
      if (evaluated) gathering.evaluated.add(name);
    }
    if (extra.length > 0) report(`additional properties ${quotedList(extra)} not allowed`);
    if (draft === 4) return;
    if (isSchema(schema.propertyNames)) {
      for (const name of names) {
        const { violation } = this.node(schema.propertyNames, name, { at: [], active: [] });
        if (violation === undefined) continue;
        const causes = violation.kind === "group" ? violation.causes : [violation];
        gathering.add({ at: [], text: `invalid propertyName ${quoted(name)}`, kind: "single", causes });
      }
    }
    if (draft < 2019) return;
    for (const [name, below] of entries(schema.dependentSchemas))
      if (isSchema(below) && Object.hasOwn(value, name)) gathering.take(this.node(below, value, here));
    for (const [name, required] of entries(schema.dependentRequired))
      if (Object.hasOwn(value, name)) reportRequired(name, missingNames(value, required), report);
  }

  #array(schema: SchemaObject, value: readonly unknown[], { draft, here, gathering }: Work): void {
    const report = (text: string): void => gathering.add(single(here, text));
    const { minItems, maxItems, items } = schema;
    if (typeof minItems === "number" && value.length < minItems)
      report(`minItems: got ${counted(value.length)}, want ${counted(minItems)}`);
    if (typeof maxItems === "number" && value.length > maxItems)
      report(`maxItems: got ${counted(value.length)}, want ${counted(maxItems)}`);
    if (schema.uniqueItems === true) {
      const pair = findDuplicates(value);
      if (pair !== undefined) report(`items at ${counted(pair[0])} and ${counted(pair[1])} are equal`);
    }
    const tuple = draft >= 2020 ? schema.prefixItems : items;
    let evaluated = 0;
    if (Array.isArray(tuple)) {
      for (const below of tuple.slice(0, value.length)) {
        if (isSchema(below)) gathering.add(this.#below(below, value[evaluated], here, String(evaluated)).violation);
        evaluated += 1;
      }
    }
    const rest = draft >= 2020 ? items : Array.isArray(items) ? schema.additionalItems : items;
    if (isSchema(rest)) {
      if (rest === false && draft < 2020 && Array.isArray(items)) {
        if (evaluated < value.length) report(`last ${counted(value.length - evaluated)} additionalItem(s) not allowed`);
      } else {
        // The validator counts the places after a tuple from zero; so do we.
        for (const [index, item] of value.slice(evaluated).entries())
          gathering.add(this.#below(rest, item, here, String(index)).violation);
      }
      evaluated = value.length;
    }
    for (let index = 0; index < evaluated; index += 1) gathering.evaluated.add(String(index));
    if (draft >= 6 && isSchema(schema.contains)) this.#contains(schema, value, { draft, here, gathering });
  }

  #contains(schema: SchemaObject, value: readonly unknown[], { draft, here, gathering }: Work): void {
    const matched: number[] = [];
    const causes: Violation[] = [];
    for (const [index, item] of value.entries()) {
      const { violation } = this.#below(schema.contains as SchemaNode, item, here, String(index));
      if (violation !== undefined) causes.push(violation);
      else {
        matched.push(index);
        if (draft >= 2020) gathering.evaluated.add(String(index));
      }
    }
    const least = draft >= 2019 ? schema.minContains : undefined;
    const most = draft >= 2019 ? schema.maxContains : undefined;
    if (typeof least === "number") {
      if (matched.length < least) {
        const found =
          matched.length === 0 ? "but none matched" : `but matched ${matched.length} items at ${matched.join(" ")}`;
        gathering.add({ ...single(here, `min ${least} items required to match contains schema, ${found}`), causes });
      }
    } else if (matched.length === 0) gathering.add({ ...single(here, "no items match contains schema"), causes });
    if (typeof most === "number" && matched.length > most)
      gathering.add(
        single(
          here,
          `max ${most} items required to match contains schema, but matched ${matched.length} items at ${matched.join(" ")}`,
        ),
      );
  }

  #string(schema: SchemaObject, value: string, { here, gathering }: Omit<Work, "draft">): void {
    const { minLength, maxLength, pattern } = schema;
    const length = typeof minLength === "number" || typeof maxLength === "number" ? Array.from(value).length : 0;
    if (typeof minLength === "number" && length < minLength)
      gathering.add(single(here, `minLength: got ${counted(length)}, want ${counted(minLength)}`));
    if (typeof maxLength === "number" && length > maxLength)
      gathering.add(single(here, `maxLength: got ${counted(length)}, want ${counted(maxLength)}`));
    if (typeof pattern === "string" && !this.#validator.pattern(pattern)(value))
      gathering.add(single(here, `${quoted(value)} does not match pattern ${quoted(pattern)}`));
  }

  #conditions(schema: SchemaObject, value: unknown, { draft, here, gathering }: Work): void {
    if (isSchema(schema.not) && this.node(schema.not, value, here).violation === undefined)
      gathering.add(single(here, "'not' failed"));
    if (Array.isArray(schema.allOf)) {
      const outcomes = this.#each(schema.allOf, value, here);
      const causes = violations(outcomes);
      if (causes.length > 0) gathering.add({ ...single(here, "'allOf' failed"), causes });
      gathering.join(outcomes);
    }
    if (Array.isArray(schema.anyOf) && schema.anyOf.length > 0) {
      const outcomes = this.#each(schema.anyOf, value, here);
      const causes = violations(outcomes);
      if (causes.length === outcomes.length) gathering.add({ ...single(here, "'anyOf' failed"), causes });
      gathering.join(outcomes);
    }
    if (Array.isArray(schema.oneOf) && schema.oneOf.length > 0) {
      const outcomes = this.#each(schema.oneOf, value, here);
      const matched = outcomes.flatMap(({ violation }, index) => (violation === undefined ? [index] : []));
      if (matched.length === 0)
        gathering.add({ ...single(here, "'oneOf' failed, none matched"), causes: violations(outcomes) });
      else if (matched.length > 1)
        gathering.add(
          single(here, `'oneOf' failed, subschemas ${counted(matched[0]!)}, ${counted(matched[1]!)} matched`),
        );
      gathering.join(outcomes);
    }
    if (draft >= 7 && isSchema(schema.if)) {
      const outcome = this.node(schema.if, value, here);
      if (outcome.violation === undefined) {
        gathering.join([outcome]);
        if (isSchema(schema.then)) gathering.take(this.node(schema.then, value, here));
      } else if (isSchema(schema.else)) gathering.take(this.node(schema.else, value, here));
    }
  }

  #unevaluated(schema: SchemaObject, value: unknown, { here, gathering }: Omit<Work, "draft">): void {
    const { unevaluatedProperties, unevaluatedItems } = schema;
    if (isObject(value) && isSchema(unevaluatedProperties)) {
      for (const name of Object.keys(value)) {
        if (gathering.evaluated.has(name)) continue;
        gathering.add(this.#below(unevaluatedProperties, value[name], here, name).violation);
        gathering.evaluated.add(name);
      }
    }
    if (Array.isArray(value) && isSchema(unevaluatedItems)) {
      for (const [index, item] of value.entries()) {
        const name = String(index);
        if (gathering.evaluated.has(name)) continue;
        gathering.add(this.#below(unevaluatedItems, item, here, name).violation);
        gathering.evaluated.add(name);
      }
    }
  }

  #each(schemas: readonly unknown[], value: unknown, here: Place): Outcome[] {
    return schemas.filter(isSchema).map((schema) => this.node(schema, value, here));
  }
}

interface Work {
  readonly draft: Draft;
  readonly here: Place;
  readonly gathering: Gathering;
}

/** What one schema has found so far. */
class Gathering {
  readonly evaluated = new Set<string>();
  readonly #violations: Violation[] = [];

  add(violation: Violation | undefined): void {
    if (violation !== undefined) this.#violations.push(violation);
  }

  take(outcome: Outcome): void {
    this.add(outcome.violation);
    this.join([outcome]);
  }

  join(outcomes: readonly Outcome[]): void {
    for (const { violation, evaluated } of outcomes)
      if (violation === undefined) for (const name of evaluated) this.evaluated.add(name);
  }

  outcome(here: Place): Outcome {
    const [first, ...others] = this.#violations;
    if (first === undefined) return { evaluated: this.evaluated };
    if (others.length === 0) return fail(first);
    return fail({ at: here.at, text: "validation failed", kind: "group", causes: this.#violations });
  }
}

function fail(violation: Violation): Outcome {
  return { violation, evaluated: nothing };
}

function single(place: Place, text: string): Violation {
  return { at: place.at, text, kind: "single", causes: [] };
}

function violations(outcomes: readonly Outcome[]): Violation[] {
  return outcomes.flatMap(({ violation }) => (violation === undefined ? [] : [violation]));
}

function scalarViolation(
  schema: SchemaObject,
  value: unknown,
  { draft, assertsFormats, here }: { readonly draft: Draft; readonly assertsFormats: boolean; readonly here: Place },
): Violation | undefined {
  const type = typeOf(value);
  const wanted = typeNames(schema.type);
  if (wanted.length > 0) {
    const matches = wanted.includes(type) || (type === "number" && wanted.includes("integer") && isInteger(value));
    if (!matches) return single(here, `got ${type}, want ${wanted.join(" or ")}`);
  }
  const unequal = draft >= 6 ? constViolation(schema, value, here) : undefined;
  if (unequal !== undefined) return unequal;
  const choices = schema.enum;
  if (Array.isArray(choices) && !choices.some((choice) => equal(value, choice))) {
    if (choices.some((choice) => typeof choice === "object" && choice !== null)) return single(here, "'enum' failed");
    const [only, ...others] = choices.map(shown);
    if (others.length === 0) return single(here, `value must be ${only ?? ""}`);
    return single(here, `value must be one of ${[only, ...others].join(", ")}`);
  }
  const format = schema.format;
  if (assertsFormats && typeof format === "string" && typeof value === "string" && Object.hasOwn(formats, format)) {
    const reason = formats[format]!(value);
    if (reason !== undefined) return single(here, `${quoted(value)} is not valid ${format}: ${reason}`);
  }
  return undefined;
}

function constViolation(schema: SchemaObject, value: unknown, here: Place): Violation | undefined {
  if (!Object.hasOwn(schema, "const") || equal(value, schema.const)) return undefined;
  const isScalar = typeof schema.const !== "object" || schema.const === null;
  return single(here, isScalar ? `value must be ${shown(schema.const)}` : "'const' failed");
}

function checkNumber(schema: SchemaObject, value: number, { here, gathering }: Omit<Work, "draft">): void {
  const report = (keyword: string, want: number): void =>
    gathering.add(single(here, `${keyword}: got ${counted(value)}, want ${counted(want)}`));
  const { minimum, maximum, exclusiveMinimum, exclusiveMaximum, multipleOf } = schema;
  if (typeof minimum === "number") {
    if (exclusiveMinimum === true) {
      if (value <= minimum) report("exclusiveMinimum", minimum);
    } else if (value < minimum) report("minimum", minimum);
  }
  if (typeof maximum === "number") {
    if (exclusiveMaximum === true) {
      if (value >= maximum) report("exclusiveMaximum", maximum);
    } else if (value > maximum) report("maximum", maximum);
  }
  if (typeof exclusiveMinimum === "number" && value <= exclusiveMinimum) report("exclusiveMinimum", exclusiveMinimum);
  if (typeof exclusiveMaximum === "number" && value >= exclusiveMaximum) report("exclusiveMaximum", exclusiveMaximum);
  if (typeof multipleOf === "number" && multipleOf > 0 && !isMultiple(value, multipleOf))
    report("multipleOf", multipleOf);
}

function missingNames(value: SchemaObject, required: unknown): string[] {
  if (!Array.isArray(required)) return [];
  return required.filter((name) => typeof name === "string" && !Object.hasOwn(value, name));
}

function reportRequired(name: string, missing: readonly string[], report: (text: string) => void): void {
  if (missing.length > 0) report(`properties ${quotedList(missing)} required, if ${quoted(name)} exists`);
}

function entries(map: unknown): [string, unknown][] {
  return isObject(map) ? Object.entries(map) : [];
}
