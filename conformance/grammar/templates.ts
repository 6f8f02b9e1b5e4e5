import type { Random } from "../random.ts";
import { call, type Names, pipeline } from "./expressions.ts";
import { mutate } from "./mutations.ts";

const unusualSubjects = [
  ".Values.s",
  "1.5",
  ".Values.i",
  "nil",
  "true",
  ".",
  "$",
  ".Values.x",
  "(seq 3)",
  "(len .Values.k)",
];

interface Place extends Names {
  readonly depth: number;
  readonly isInLoop: boolean;
}

const words = [
  "a: ",
  "\n",
  "  - ",
  "x",
  "\n\n  ",
  "key: value\n",
  " ",
  "\t",
  "é",
  "}",
  "{",
  "{ {",
  "---\n",
  "<no value>",
  "%",
];
const variableNames = ["x", "y", "z", "i", "v1"] as const;

/** A template's text; most parse and run, some do not. */
export function drawTemplate(random: Random): string {
  const wrong = random.pick([0, 0, 0.01, 0.02, 0.08]);
  const place: Place = { random, variables: [], depth: random.pick([1, 2, 3]), isInLoop: false, wrong, root: "" };
  let text = nodes(place, 1 + random.below(3));
  if (random.chance(0.12))
    text = `{{ define ${JSON.stringify(random.pick(["one", "own"]))} }}${nodes({ ...place, root: "$" }, 2)}{{ end }}${text}`;
  return random.chance(0.1) ? mutate(random, text) : text;
}

/** The partials beside it: `one` is there, `two` includes it, `three` ends in an error. */
export const partials = [
  `{{ define "one" }}<{{ . }}>{{ end }}`,
  `{{ define "two" }}{{ range $i, $e := .Values.l }}{{ $i }}={{ include "one" $e }};{{ else }}none{{ end }}{{ end }}`,
  `{{- define "three" -}}\n{{ template "one" .Values.s }} {{ .Values.s.deep.er }}\n{{- end -}}`,
].join("\n");

function nodes(place: Place, count: number): string {
  let text = "";
  let variables = place.variables;
  for (let index = 0; index < count; index += 1) {
    const drawn = node({ ...place, variables });
    text += drawn.text;
    if (drawn.declares !== undefined) variables = [...variables, drawn.declares];
  }
  return text;
}

interface Drawn {
  readonly text: string;
  readonly declares?: string;
}

function node(place: Place): Drawn {
  const { random, depth } = place;
  if (depth <= 0) return { text: random.chance(0.4) ? random.pick(words) : action(place) };
  switch (random.below(16)) {
    case 0:
    case 1:
      return { text: random.pick(words) };
    case 2:
      return declaration(place);
    case 3:
      if (place.variables.length === 0 && !random.chance(place.wrong)) return declaration(place);
      return { text: tag(random, `$${name(place)} = ${pipeline(place, 2)}`) };
    case 4:
    case 5:
      return { text: condition(place) };
    case 6:
    case 7:
      return { text: loop(place) };
    case 8:
      return { text: scoped(place) };
    case 9:
      return { text: invocation(place) };
    case 10:
      return { text: random.pick(["{{/* note */}}", "{{- /* a\nb */ -}}", "{{/**/}}", "{{ /* spaced */ }}"]) };
    case 11:
      if (place.isInLoop || random.chance(place.wrong))
        return { text: random.pick(["{{ break }}", "{{continue}}", "{{- break -}}"]) };
      return { text: action(place) };
    default:
      return { text: action(place) };
  }
}

function name(place: Place): string {
  const { random, variables } = place;
  return variables.length > 0 && !random.chance(place.wrong) ? random.pick(variables) : random.pick(variableNames);
}

function action(place: Place): string {
  const { random } = place;
  return tag(random, random.chance(0.6) ? call(place, 3) : pipeline(place, 3));
}

function tag(random: Random, text: string): string {
  const left = random.chance(0.12) ? "{{- " : random.chance(0.1) ? "{{" : "{{ ";
  const right = random.chance(0.12) ? " -}}" : random.chance(0.1) ? "}}" : " }}";
  return left + text + right;
}

function declaration(place: Place): Drawn {
  const declares = place.random.pick(variableNames);
  return { text: tag(place.random, `$${declares} := ${pipeline(place, 2)}`), declares };
}

function body(place: Place, more: Partial<Place> = {}): string {
  return nodes({ ...place, ...more, depth: place.depth - 1 }, 1 + place.random.below(2));
}

function condition(place: Place): string {
  const { random } = place;
  const own = random.chance(0.15) ? random.pick(variableNames) : undefined;
  const inner = own === undefined ? place : { ...place, variables: [...place.variables, own] };
  const head = own === undefined ? pipeline(place, 2) : `$${own} := ${pipeline(place, 2)}`;
  let text = tag(random, `if ${head}`) + body(inner);
  if (random.chance(0.3)) text += tag(random, `else if ${pipeline(inner, 2)}`) + body(inner);
  if (random.chance(0.5)) text += tag(random, "else") + body(inner);
  return text + tag(random, "end");
}

function loop(place: Place): string {
  const { random } = place;
  const kind = random.pick(["list", "list", "dict", "size"] as const);
  // Over a large number it would take helm minutes.
  const subject = random.chance(place.wrong)
    ? random.pick(unusualSubjects)
    : pipeline({ ...place, wrong: 0 }, kind === "size" ? 0 : 2, kind);
  const forms = [
    { head: subject, variables: [] },
    { head: `$x := ${subject}`, variables: ["x"] },
    { head: `$i, $v1 := ${subject}`, variables: ["i", "v1"] },
    { head: `$x = ${subject}`, variables: [] },
    { head: `$i, $x = ${subject}`, variables: [] },
  ];
  const { head, variables } = random.pick(forms.slice(0, random.chance(0.1) ? 5 : 3));
  const inner: Place = { ...place, variables: [...place.variables, ...variables], isInLoop: true, root: "$" };
  let text = tag(random, `range ${head}`) + (random.chance(0.5) ? `{{ . }};` : "") + body(inner);
  if (random.chance(0.4)) text += tag(random, "else") + body(place);
  return text + tag(random, "end");
}

function scoped(place: Place): string {
  const { random } = place;
  const own = random.chance(0.2) ? random.pick(variableNames) : undefined;
  const inner: Place = {
    ...place,
    variables: own === undefined ? place.variables : [...place.variables, own],
    root: "$",
  };
  let text = tag(random, `with ${own === undefined ? "" : `$${own} := `}${pipeline(place, 2)}`) + body(inner);
  if (random.chance(0.2)) text += tag(random, `else with ${pipeline({ ...inner, root: place.root }, 2)}`) + body(inner);
  if (random.chance(0.4)) text += tag(random, "else") + body(place);
  return text + tag(random, "end");
}

function invocation(place: Place): string {
  const { random } = place;
  const target = JSON.stringify(
    random.chance(place.wrong) ? random.pick(["three", "own", "nope"]) : random.pick(["one", "one", "two"]),
  );
  if (random.chance(0.2))
    return `${tag(random, `block ${JSON.stringify(`b${random.below(3)}`)} ${pipeline(place, 1)}`)}${body({ ...place, variables: [], root: "$" })}{{ end }}`;
  if (random.chance(0.15)) return tag(random, `template ${target}`);
  return tag(random, `template ${target} ${random.chance(0.4) ? "." : pipeline(place, 1)}`);
}
