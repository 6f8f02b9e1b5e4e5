import { formatFloat32 } from "../go-float.ts";
import type { Value } from "../value.ts";
import { conversionError, limitError, parserError, syntaxError, type YamlError } from "./errors.ts";
import { goSyntax } from "./go-syntax.ts";
import { resolveNode } from "./node-value.ts";
import { newScanner, peekToken, skipToken } from "./scanner.ts";
import type { Scanner, Token } from "./tokens.ts";

export interface ComposeOptions {
  readonly integers: "float64" | "bigint";
  readonly duplicateKeys: "last" | "refuse";
  readonly dialect: "v2" | "v3";
  readonly maxDepth: number;
}

interface Composer extends ComposeOptions {
  readonly scanner: Scanner;
  readonly tagPrefixes: Map<string, string>;
  readonly anchors: Map<string, Anchor>;
  /** Nodes as go-yaml's decoder counts them, those that aliases repeat included. */
  decoded: number;
  /** How many of them come from aliases. */
  aliased: number;
  depth: number;
  /** go-yaml reads the whole text before it looks at meaning, so the first such error waits for the end. */
  decodeError: Error | undefined;
  /** What is no JSON comes to light later still. */
  jsonError: Error | undefined;
  /** Whether any value is a number that JSON lacks. */
  hasInfinite: boolean;
  readonly duplicates: string[];
  /** What strict mode has to know of a map that is merged into others. */
  readonly seenIn: WeakMap<object, Seen>;
}

/** What an alias stands for. `size` is undefined while the node is still being read. */
interface Anchor {
  node: Node | undefined;
  size: number;
}

type Node = { readonly kind: "scalar" | "map" | "list"; readonly value: Value };

/** A map as it is read. */
interface MapBuilder {
  readonly map: { [key: string]: Value };
  readonly seen: Seen | undefined;
}

/** In strict mode: the keys a map has, told apart by Go type as go-yaml does, with the lines of their values. */
type Seen = Map<string, { readonly key: Value; readonly line: number }>;

/** Reads the first document of a text, as Go's Unmarshal does; null when there is none. */
export function composeDocument(text: string, options: ComposeOptions): Value {
  const composer: Composer = {
    ...options,
    scanner: newScanner(text),
    tagPrefixes: new Map(),
    anchors: new Map(),
    decoded: 1,
    aliased: 0,
    depth: 0,
    decodeError: undefined,
    jsonError: undefined,
    hasInfinite: false,
    duplicates: [],
    seenIn: new WeakMap(),
  };
  const { scanner } = composer;
  skipToken(streamStart(scanner));
  const first = peekToken(scanner).kind;
  if (first === "stream-end") return null;
  const explicit = first === "version-directive" || first === "tag-directive" || first === "document-start";
  readDirectives(composer);
  if (explicit) {
    const token = peekToken(scanner);
    if (token.kind !== "document-start") throw parserError("did not find expected <document start>", token.line);
    skipToken(scanner);
  }
  const node = explicit && isDocumentEdge(peekToken(scanner)) ? emptyNode(composer) : readNode(composer, "block");
  peekToken(scanner);
  const value = toJson(composer, node.value);
  if (composer.decodeError !== undefined) throw composer.decodeError;
  if (composer.duplicates.length > 0) {
    throw syntaxError(`unmarshal errors:\n${composer.duplicates.map((line) => `  ${line}`).join("\n")}`);
  }
  if (composer.jsonError !== undefined) throw composer.jsonError;
  const infinite = composer.hasInfinite ? infiniteIn(value) : undefined;
  if (infinite !== undefined) throw infiniteError(infinite);
  return value;
}

/** What becomes of a value that is not a key. */
function toJson(composer: Composer, value: Value): Value {
  if (typeof value === "bigint") return composer.integers === "bigint" ? value : Number(value);
  if (typeof value === "number" && !Number.isFinite(value)) composer.hasInfinite = true;
  return value;
}

/** Go makes JSON of what is left when all is read: what a later key of the same name replaced does not matter. */
function infiniteIn(value: Value): number | undefined {
  if (typeof value === "number") return Number.isFinite(value) ? undefined : value;
  if (typeof value !== "object" || value === null) return undefined;
  for (const part of Object.values(value)) {
    const found = infiniteIn(part);
    if (found !== undefined) return found;
  }
  return undefined;
}

function infiniteError(value: number): YamlError {
  const text = Number.isNaN(value) ? "NaN" : value > 0 ? "+Inf" : "-Inf";
  return conversionError(`json: unsupported value: ${text}`);
}

function streamStart(scanner: Scanner): Scanner {
  peekToken(scanner);
  return scanner;
}

function isDocumentEdge({ kind }: Token): boolean {
  switch (kind) {
    case "version-directive":
    case "tag-directive":
    case "document-start":
    case "document-end":
    case "stream-end":
      return true;
    default:
      return false;
  }
}

function readDirectives(composer: Composer): void {
  const { scanner, tagPrefixes } = composer;
  let version = false;
  for (;;) {
    const token = peekToken(scanner);
    if (token.kind === "version-directive") {
      if (version) throw parserError("found duplicate %YAML directive", token.line);
      if (token.value !== "1.1") throw parserError("found incompatible YAML document", token.line);
      version = true;
    } else if (token.kind === "tag-directive") {
      if (tagPrefixes.has(token.value)) throw parserError("found duplicate %TAG directive", token.line);
      tagPrefixes.set(token.value, token.suffix);
    } else break;
    skipToken(scanner);
  }
  if (!tagPrefixes.has("!")) tagPrefixes.set("!", "!");
  if (!tagPrefixes.has("!!")) tagPrefixes.set("!!", "tag:yaml.org,2002:");
}

type Place = "block" | "block-or-indentless" | "flow";

function readNode(composer: Composer, place: Place): Node {
  const { scanner } = composer;
  let token = peekToken(scanner);
  if (token.kind === "alias") {
    skipToken(scanner);
    return readAlias(composer, token);
  }
  const startLine = token.line;
  let anchorName = "";
  let tagToken: Token | undefined;
  if (token.kind === "anchor" || token.kind === "tag") {
    for (let i = 0; i < 2; i += 1) {
      if (token.kind === "anchor" && anchorName === "") anchorName = token.value;
      else if (token.kind === "tag" && tagToken === undefined) tagToken = token;
      else break;
      skipToken(scanner);
      token = peekToken(scanner);
    }
  }
  const tag = tagToken === undefined ? "" : resolveTag(composer, tagToken, startLine);
  if (anchorName === "") {
    const node = readContent(composer, token, tag, place);
    if (node !== undefined) return node;
  } else {
    const anchor: Anchor = { node: undefined, size: 0 };
    composer.anchors.set(anchorName, anchor);
    const before = composer.decoded;
    const node = readContent(composer, token, tag, place) ?? emptyNode(composer);
    anchor.node = node;
    anchor.size = composer.decoded - before;
    return node;
  }
  if (tag !== "") return scalarNode(composer, tag, "", false);
  throw parserError("did not find expected node content", token.line, startLine);
}

function readContent(composer: Composer, token: Token, tag: string, place: Place): Node | undefined {
  const { scanner } = composer;
  switch (token.kind) {
    case "block-entry":
      return place === "block-or-indentless" ? readList(composer, readIndentlessItems) : undefined;
    case "scalar":
      skipToken(scanner);
      return scalarNode(composer, tag, token.value, tag === "" ? token.plain : tag === "!");
    case "flow-sequence-start":
      return readList(composer, readFlowItems);
    case "flow-mapping-start":
      return readMap(composer, readFlowEntries);
    case "block-sequence-start":
      return place === "flow" ? undefined : readList(composer, readBlockItems);
    case "block-mapping-start":
      return place === "flow" ? undefined : readMap(composer, readBlockEntries);
    default:
      return undefined;
  }
}

function resolveTag(composer: Composer, token: Token, contextLine: number): string {
  if (token.value === "") return token.suffix;
  const prefix = composer.tagPrefixes.get(token.value);
  const tag = prefix === undefined ? "" : prefix + token.suffix;
  if (tag === "") throw parserError("found undefined tag handle", token.line, contextLine);
  return tag;
}

function scalarNode(composer: Composer, tag: string, text: string, implicit: boolean): Node {
  composer.decoded += 1;
  const resolved = resolveNode(tag, text, implicit, composer.dialect);
  if (resolved instanceof Error) {
    composer.decodeError ??= resolved;
    return { kind: "scalar", value: null };
  }
  return { kind: "scalar", value: resolved };
}

function emptyNode(composer: Composer): Node {
  composer.decoded += 1;
  return { kind: "scalar", value: null };
}

function readAlias(composer: Composer, { value: name }: Token): Node {
  const anchor = composer.anchors.get(name);
  if (anchor === undefined) throw syntaxError(`unknown anchor '${name}' referenced`);
  composer.decoded += 1;
  if (anchor.node === undefined) {
    composer.decodeError ??= syntaxError(`anchor '${name}' value contains itself`);
    return { kind: "scalar", value: null };
  }
  composer.decoded += anchor.size;
  composer.aliased += anchor.size;
  const { aliased, decoded } = composer;
  if (aliased > 100 && decoded > 1000 && aliased / decoded > allowedAliasRatio(decoded)) {
    // Reading on would only make the bomb larger.
    throw limitError("document contains excessive aliasing");
  }
  return anchor.node;
}

const ratioLow = 400_000;
const ratioHigh = 4_000_000;

/** go-yaml's measure of a bomb: small documents may be nearly all aliases, large ones a tenth. */
function allowedAliasRatio(decoded: number): number {
  if (decoded <= ratioLow) return 0.99;
  if (decoded >= ratioHigh) return 0.1;
  return 0.99 - 0.89 * ((decoded - ratioLow) / (ratioHigh - ratioLow));
}

function enter(composer: Composer): void {
  composer.depth += 1;
  if (composer.depth > composer.maxDepth) throw limitError(`exceeded max depth of ${composer.maxDepth}`);
}

function readList(composer: Composer, readItems: (composer: Composer, items: Value[]) => void): Node {
  composer.decoded += 1;
  enter(composer);
  const items: Value[] = [];
  readItems(composer, items);
  composer.depth -= 1;
  return { kind: "list", value: items };
}

function readBlockItems(composer: Composer, items: Value[]): void {
  const { scanner } = composer;
  const start = peekToken(scanner).line;
  skipToken(scanner);
  for (;;) {
    let token = peekToken(scanner);
    if (token.kind === "block-end") break;
    if (token.kind !== "block-entry") throw parserError("did not find expected '-' indicator", token.line, start);
    skipToken(scanner);
    token = peekToken(scanner);
    const isEmpty = token.kind === "block-entry" || token.kind === "block-end";
    items.push(toJson(composer, (isEmpty ? emptyNode(composer) : readNode(composer, "block")).value));
  }
  skipToken(scanner);
}

function readIndentlessItems(composer: Composer, items: Value[]): void {
  const { scanner } = composer;
  while (peekToken(scanner).kind === "block-entry") {
    skipToken(scanner);
    const { kind } = peekToken(scanner);
    const isEmpty = kind === "block-entry" || kind === "key" || kind === "value" || kind === "block-end";
    items.push(toJson(composer, (isEmpty ? emptyNode(composer) : readNode(composer, "block")).value));
  }
}

function readFlowItems(composer: Composer, items: Value[]): void {
  const { scanner } = composer;
  const start = peekToken(scanner).line;
  skipToken(scanner);
  for (let first = true; ; first = false) {
    let token = peekToken(scanner);
    if (token.kind === "flow-sequence-end") break;
    if (!first) {
      if (token.kind !== "flow-entry") {
        throw parserError("did not find expected ',' or ']'", token.line, start);
      }
      skipToken(scanner);
      token = peekToken(scanner);
    }
    if (token.kind === "key") items.push(readMap(composer, readSinglePair).value);
    else if (token.kind === "flow-sequence-end") break;
    else items.push(toJson(composer, readNode(composer, "flow").value));
  }
  skipToken(scanner);
}

/** `[a: 1]`: a map of one pair inside a flow list. */
function readSinglePair(composer: Composer, builder: MapBuilder): void {
  const { scanner } = composer;
  skipToken(scanner);
  let token = peekToken(scanner);
  let key: Key;
  if (token.kind === "value" || token.kind === "flow-entry" || token.kind === "flow-sequence-end") {
    // libyaml takes the token away here, whatever it is; the pair then has no value of its own.
    skipToken(scanner);
    key = { isMerge: false, value: emptyNode(composer).value };
  } else key = readKey(composer, "flow");
  token = peekToken(scanner);
  if (token.kind === "value") {
    skipToken(scanner);
    token = peekToken(scanner);
    if (token.kind !== "flow-entry" && token.kind !== "flow-sequence-end") {
      addPair(composer, builder, key, token.line, readNode(composer, "flow"));
      return;
    }
  }
  addPair(composer, builder, key, token.line, emptyNode(composer));
}

function readMap(composer: Composer, readEntries: (composer: Composer, builder: MapBuilder) => void): Node {
  composer.decoded += 1;
  enter(composer);
  const builder: MapBuilder = { map: {}, seen: composer.duplicateKeys === "refuse" ? new Map() : undefined };
  if (builder.seen !== undefined) composer.seenIn.set(builder.map, builder.seen);
  readEntries(composer, builder);
  composer.depth -= 1;
  return { kind: "map", value: builder.map };
}

function readBlockEntries(composer: Composer, builder: MapBuilder): void {
  const { scanner } = composer;
  const start = peekToken(scanner).line;
  skipToken(scanner);
  for (;;) {
    let token = peekToken(scanner);
    if (token.kind === "block-end") break;
    if (token.kind !== "key") throw parserError("did not find expected key", token.line, start);
    skipToken(scanner);
    const key = isEntryEdge(peekToken(scanner)) ? emptyKey(composer) : readKey(composer, "block-or-indentless");
    token = peekToken(scanner);
    if (token.kind === "value") {
      skipToken(scanner);
      const valueLine = token.line;
      token = peekToken(scanner);
      if (!isEntryEdge(token)) {
        addPair(composer, builder, key, token.line, readNode(composer, "block-or-indentless"));
        continue;
      }
      addPair(composer, builder, key, valueLine, emptyNode(composer));
      continue;
    }
    addPair(composer, builder, key, token.line, emptyNode(composer));
  }
  skipToken(scanner);
}

function isEntryEdge({ kind }: Token): boolean {
  return kind === "key" || kind === "value" || kind === "block-end";
}

function readFlowEntries(composer: Composer, builder: MapBuilder): void {
  const { scanner } = composer;
  const start = peekToken(scanner).line;
  skipToken(scanner);
  for (let first = true; ; first = false) {
    let token = peekToken(scanner);
    if (token.kind === "flow-mapping-end") break;
    if (!first) {
      if (token.kind !== "flow-entry") {
        throw parserError("did not find expected ',' or '}'", token.line, start);
      }
      skipToken(scanner);
      token = peekToken(scanner);
    }
    if (token.kind === "key") {
      skipToken(scanner);
      const key = isFlowEdge(peekToken(scanner)) ? emptyKey(composer) : readKey(composer, "flow");
      readFlowValue(composer, builder, key);
    } else if (token.kind === "flow-mapping-end") break;
    else {
      const key = readKey(composer, "flow");
      addPair(composer, builder, key, peekToken(scanner).line, emptyNode(composer));
    }
  }
  skipToken(scanner);
}

function isFlowEdge({ kind }: Token): boolean {
  return kind === "value" || kind === "flow-entry" || kind === "flow-mapping-end";
}

function readFlowValue(composer: Composer, builder: MapBuilder, key: Key): void {
  const { scanner } = composer;
  let token = peekToken(scanner);
  if (token.kind === "value") {
    skipToken(scanner);
    token = peekToken(scanner);
    if (token.kind !== "flow-entry" && token.kind !== "flow-mapping-end") {
      addPair(composer, builder, key, token.line, readNode(composer, "flow"));
      return;
    }
  }
  addPair(composer, builder, key, token.line, emptyNode(composer));
}

interface Key {
  readonly isMerge: boolean;
  readonly value: Value;
}

function emptyKey(composer: Composer): Key {
  return { isMerge: false, value: emptyNode(composer).value };
}

const mergeTag = "tag:yaml.org,2002:merge";

function readKey(composer: Composer, place: Place): Key {
  const token = peekToken(composer.scanner);
  const isMerge = token.kind === "scalar" && token.plain && token.value === "<<";
  if (token.kind === "tag" && resolveTag(composer, token, token.line) === mergeTag) {
    const { value } = readNode(composer, place);
    return { isMerge: value === "<<", value };
  }
  const { value } = readNode(composer, place);
  if (typeof value === "object" && value !== null)
    composer.decodeError ??= syntaxError(`invalid map key: ${goSyntax(value)}`);
  return { isMerge, value };
}

function addPair(composer: Composer, builder: MapBuilder, key: Key, line: number, node: Node): void {
  if (key.isMerge) {
    merge(composer, builder, node);
    return;
  }
  const name = keyText(composer, key.value, node.value);
  if (name === undefined) return;
  if (builder.seen !== undefined && isDuplicate(composer, builder.seen, key.value, line)) return;
  setKey(builder.map, name, toJson(composer, node.value));
}

function isDuplicate(composer: Composer, seen: Seen, key: Value, line: number): boolean {
  const id = goSyntax(key);
  if (seen.has(id)) {
    composer.duplicates.push(`line ${line + 1}: key ${id} already set in map`);
    return true;
  }
  seen.set(id, { key, line });
  return false;
}

/** Sets a key as data, even when it is `__proto__`. */
export function setKey(map: { [key: string]: Value }, key: string, value: Value): void {
  if (key === "__proto__") {
    Object.defineProperty(map, key, { value, enumerable: true, configurable: true, writable: true });
  } else map[key] = value;
}

/** The JSON key that sigs.k8s.io/yaml makes of a YAML key. */
function keyText(composer: Composer, key: Value, value: Value): string | undefined {
  switch (typeof key) {
    case "string":
      return key;
    case "number":
      if (Number.isSafeInteger(key)) return String(key + 0);
      if (!Number.isFinite(Math.fround(key))) return Number.isNaN(key) ? ".nan" : key > 0 ? ".inf" : "-.inf";
      return formatFloat32(key);
    case "bigint":
      if (key < 1n << 63n) return String(key);
      composer.jsonError ??= unsupportedKey("uint64", `0x${key.toString(16)}`, value);
      return undefined;
    case "boolean":
      return String(key);
    default:
      break;
  }
  // A map or a list was refused when it was read.
  if (key === null) composer.jsonError ??= unsupportedKey("%!s(<nil>)", "<nil>", value);
  return undefined;
}

function unsupportedKey(type: string, key: string, value: Value): Error {
  const shown = value === null ? "<nil>" : goSyntax(value);
  return conversionError(`unsupported map key of type: ${type}, key: ${key}, value: ${shown}`);
}

/** `<<`: go-yaml puts the keys in as it meets them, so a later key wins over an earlier one, merged or not. */
function merge(composer: Composer, builder: MapBuilder, node: Node): void {
  const sources = node.kind === "list" ? (node.value as Value[]).toReversed() : [node.value];
  for (const source of sources) {
    if (source === null || typeof source !== "object" || Array.isArray(source)) {
      composer.decodeError ??= syntaxError("map merge requires map or sequence of maps as the value");
      return;
    }
    const taken = new Set<string>();
    for (const { key, line } of composer.seenIn.get(source)?.values() ?? []) {
      if (builder.seen !== undefined && isDuplicate(composer, builder.seen, key, line)) taken.add(String(key));
    }
    for (const [key, value] of Object.entries(source)) if (!taken.has(key)) setKey(builder.map, key, value);
  }
}
