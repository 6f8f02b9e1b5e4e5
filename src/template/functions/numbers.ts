import { toFloat64, toInt64 } from "../cast.ts";
import { GoError } from "../errors.ts";
import { checkListLength } from "../limits.ts";
import { sprint } from "../print.ts";
import { tryParseInt, wrapInt64 } from "../strconv.ts";
import { int, intList, type Integer, withType } from "../value.ts";
import {
  decimalOf,
  type Decimal,
  decimalToNumber,
  addDecimals,
  divideDecimals,
  multiplyDecimals,
  subtractDecimals,
} from "./decimal.ts";
import { define, defineVariadic, type GoFunction } from "./function.ts";

/** Sprig's arithmetic: int64 with truncated arguments, and the `…f` variants that go through decimals. */
export const numberFunctions: Readonly<Record<string, GoFunction>> = {
  atoi: define(["string"], (text) => int(tryParseInt(text, 10) ?? 0n)),
  int64: define(["any"], toInt64),
  int: define(["any"], (value) => int(toInt64(value))),
  float64: define(["any"], toFloat64),
  toDecimal: define(["any"], (value) => tryParseInt(sprint(value), 8) ?? 0n),
  add1: define(["any"], (value) => wrapInt64(toInt64(value) + 1n)),
  add: defineVariadic([], "any", (...values) =>
    values.reduce<bigint>((sum, value) => wrapInt64(sum + toInt64(value)), 0n),
  ),
  sub: define(["any", "any"], (a, b) => wrapInt64(toInt64(a) - toInt64(b))),
  div: define(["any", "any"], (a, b) => wrapInt64(toInt64(a) / divisor(b))),
  mod: define(["any", "any"], (a, b) => wrapInt64(toInt64(a) % divisor(b))),
  mul: defineVariadic(["any"], "any", (first, ...others) => {
    return others.reduce<bigint>((product, value) => wrapInt64(product * toInt64(value)), toInt64(first));
  }),
  add1f: define(["any"], (value) => decimals(value, [int(1)], addDecimals)),
  addf: defineVariadic([], "any", (...values) => decimals(0, values, addDecimals)),
  subf: defineVariadic(["any"], "any", (first, ...others) => decimals(first, others, subtractDecimals)),
  divf: defineVariadic(["any"], "any", (first, ...others) => decimals(first, others, divideDecimals)),
  mulf: defineVariadic(["any"], "any", (first, ...others) => decimals(first, others, multiplyDecimals)),
  biggest: defineVariadic(["any"], "any", (...values) => values.map(toInt64).reduce((a, b) => (b > a ? b : a))),
  max: defineVariadic(["any"], "any", (...values) => values.map(toInt64).reduce((a, b) => (b > a ? b : a))),
  min: defineVariadic(["any"], "any", (...values) => values.map(toInt64).reduce((a, b) => (b < a ? b : a))),
  maxf: defineVariadic(["any"], "any", (...values) => Math.max(...values.map(toFloat64))),
  minf: defineVariadic(["any"], "any", (...values) => Math.min(...values.map(toFloat64))),
  ceil: define(["any"], (value) => Math.ceil(toFloat64(value))),
  floor: define(["any"], (value) => Math.floor(toFloat64(value))),
  round: defineVariadic(["any", "int"], "float64", round),
  until: define(["int"], (count) => ints(0, count, count < 0 ? -1 : 1)),
  untilStep: define(["int", "int", "int"], ints),
  seq: defineVariadic([], "int", seq),
};

function divisor(value: unknown): bigint {
  const number = toInt64(value);
  if (number === 0n) throw new GoError("runtime error: integer divide by zero");
  return number;
}

function decimals(first: unknown, others: readonly unknown[], apply: (a: Decimal, b: Decimal) => Decimal): number {
  return decimalToNumber(others.reduce<Decimal>((sum, value) => apply(sum, toDecimal(value)), toDecimal(first)));
}

function toDecimal(value: unknown): Decimal {
  return decimalOf(toFloat64(value));
}

function round(value: unknown, places: number, ...[roundOn = 0.5]: number[]): number {
  const power = 10 ** places;
  const digit = power * toFloat64(value);
  return (digit - Math.trunc(digit) >= roundOn ? Math.ceil(digit) : Math.floor(digit)) / power;
}

function range(start: number, stop: number, increment: number): number[] {
  const count =
    stop < start ? (increment >= 0 ? 0 : (start - stop) / -increment) : increment <= 0 ? 0 : (stop - start) / increment;
  const length = Math.ceil(count);
  checkListLength(length);
  return Array.from({ length }, (_, index) => start + index * increment);
}

function ints(start: number, stop: number, increment: number): Integer[] {
  return withType(
    range(start, stop, increment).map((value) => int(value)),
    intList,
  );
}

function seq(...parameters: number[]): string {
  const [first = 0, second = 0, third = 0] = parameters;
  switch (parameters.length) {
    case 1:
      return sequence(1, first, first < 1 ? -1 : 1);
    case 2:
      return sequence(first, second, second < first ? -1 : 1);
    case 3: {
      const direction = third < first ? -1 : 1;
      if (direction < 0 && second > 0) return "";
      return range(first, third + direction, second).join(" ");
    }
    default:
      return "";
  }
}

function sequence(start: number, end: number, increment: number): string {
  return range(start, end + increment, increment).join(" ");
}
