import { type CelFunc, celFunc, celMethod, type CelInput, type CelList, CelScalar, listType } from "@bufbuild/cel";
import { strings } from "@bufbuild/cel/ext";
import { RE2JS } from "re2js";
import { compareQuantities, parseQuantity, tryParseQuantity } from "../base/quantity.ts";

const { BOOL, DYN, INT, STRING } = CelScalar;
const list = listType(DYN);

type Comparable = string | number | bigint | boolean;

function itemsOf(values: CelList): Comparable[] {
  return [...values] as Comparable[];
}

function extreme(values: CelList, name: string, isBetter: (a: Comparable, b: Comparable) => boolean): CelInput {
  const items = itemsOf(values);
  const [first, ...rest] = items;
  if (first === undefined) throw new Error(`${name} called on empty list`);
  return rest.reduce((best, item) => (isBetter(item, best) ? item : best), first) as CelInput;
}

function sum(values: CelList): CelInput {
  const items = itemsOf(values);
  if (items.every((item) => typeof item === "bigint")) return items.reduce((total, item) => total + item, 0n);
  return items.reduce<number>((total, item) => total + Number(item), 0);
}

/** Kubernetes' list library. */
const lists: readonly CelFunc[] = [
  celMethod("isSorted", list, [], BOOL, function () {
    const items = itemsOf(this);
    return items.every((item, index) => index === 0 || items[index - 1]! <= item);
  }),
  celMethod("sum", list, [], DYN, function () {
    return sum(this);
  }),
  celMethod("min", list, [], DYN, function () {
    return extreme(this, "min", (a, b) => a < b);
  }),
  celMethod("max", list, [], DYN, function () {
    return extreme(this, "max", (a, b) => a > b);
  }),
  celMethod("indexOf", list, [DYN], INT, function (wanted) {
    return BigInt(itemsOf(this).indexOf(wanted as Comparable));
  }),
  celMethod("lastIndexOf", list, [DYN], INT, function (wanted) {
    return BigInt(itemsOf(this).lastIndexOf(wanted as Comparable));
  }),
];

function findAll(text: string, pattern: string, limit: number): string[] {
  const matcher = RE2JS.compile(pattern).matcher(text);
  const found: string[] = [];
  while (matcher.find()) {
    if (found.length === limit) break;
    found.push(matcher.group() ?? "");
  }
  return found;
}

/** Kubernetes' regex library. */
const regexes: readonly CelFunc[] = [
  celMethod("find", STRING, [STRING], STRING, function (pattern) {
    return findAll(this, pattern, 1)[0] ?? "";
  }),
  celMethod("findAll", STRING, [STRING], listType(STRING), function (pattern) {
    return findAll(this, pattern, -1);
  }),
  celMethod("findAll", STRING, [STRING, INT], listType(STRING), function (pattern, limit) {
    return findAll(this, pattern, Number(limit));
  }),
];

/** Kubernetes' checks of URLs, addresses and quantities, as far as they need no type of their own. */
const formats: readonly CelFunc[] = [
  celFunc("isURL", [STRING], BOOL, (text) => {
    if (!URL.canParse(text)) return text.startsWith("/");
    return true;
  }),
  celFunc("isIP", [STRING], BOOL, (text) => isAddress(text)),
  celFunc("isCIDR", [STRING], BOOL, (text) => {
    const slash = text.indexOf("/");
    const address = text.slice(0, slash);
    const bits = Number(text.slice(slash + 1));
    const most = address.includes(":") ? 128 : 32;
    return slash > 0 && isAddress(address) && /^\d+$/.test(text.slice(slash + 1)) && bits <= most;
  }),
  celFunc("isQuantity", [STRING], BOOL, (text) => tryParseQuantity(text) !== undefined),
  // A quantity is carried as its text: the methods below read it again.
  celFunc("quantity", [STRING], STRING, (text) => {
    parseQuantity(text);
    return text;
  }),
  celMethod("isGreaterThan", STRING, [STRING], BOOL, function (other) {
    return compareQuantities(parseQuantity(this), parseQuantity(other)) > 0;
  }),
  celMethod("isLessThan", STRING, [STRING], BOOL, function (other) {
    return compareQuantities(parseQuantity(this), parseQuantity(other)) < 0;
  }),
  celMethod("compareTo", STRING, [STRING], INT, function (other) {
    return BigInt(compareQuantities(parseQuantity(this), parseQuantity(other)));
  }),
];

function isAddress(text: string): boolean {
  if (/^(\d{1,3})(\.\d{1,3}){3}$/.test(text)) {
    return text.split(".").every((part) => Number(part) <= 255 && (part === "0" || !part.startsWith("0")));
  }
  return text.includes(":") && URL.canParse(`http://[${text}]/`);
}

/** What Kubernetes' CEL knows besides the language itself. */
export const kubernetesFunctions: readonly CelFunc[] = [...strings, ...lists, ...regexes, ...formats];
