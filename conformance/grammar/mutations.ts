import type { Random } from "../random.ts";

const fragments = [
  "{{",
  "}}",
  "{{-",
  "-}}",
  "|",
  "(",
  ")",
  '"',
  "`",
  "'",
  ".",
  "..",
  "$",
  "$x",
  ":=",
  "=",
  ",",
  "{{ end }}",
  "{{ else }}",
  "{{ else if 1 }}",
  "{{ else with 1 }}",
  "{{ break }}",
  "{{ range }}",
  "{{ if }}",
  "{{ with 1 }}",
  '{{ define "q" }}',
  '{{ block "q" }}',
  "{{ template }}",
  "{{ template nope }}",
  "{{/*",
  "*/}}",
  "{{}}",
  "{{ nope }}",
  "{{ 1 | 2 }}",
  "{{ $q }}",
  "{{ .a.1 }}",
  "{{ 'ab' }}",
  "{{ 1x }}",
  "{{ 0x }}",
  "{{ 1.2.3 }}",
  "{{ nil }}",
  "{{ . | nil }}",
  "{{ true 1 }}",
  "{{ (1).a }}",
  "{{ .a .b }}",
  "{{ $.a | .b 1 }}",
  "\\",
  "\n",
  "\u0001",
  "é",
  "#",
  "&",
  "%",
  "@",
  "-",
  "+",
  "!",
];

/** Breaks a text in one to three places: what comes out seldom parses, and must fail as it does in Go. */
export function mutate(random: Random, text: string): string {
  let changed = text;
  for (let count = 1 + random.below(3); count > 0; count -= 1) {
    const at = random.below(changed.length + 1);
    switch (random.below(4)) {
      case 0:
        changed = changed.slice(0, at) + changed.slice(at + 1 + random.below(3));
        break;
      case 1:
        changed = changed.slice(0, at);
        break;
      default:
        changed = changed.slice(0, at) + random.pick(fragments) + changed.slice(at);
    }
  }
  return changed.toWellFormed();
}
