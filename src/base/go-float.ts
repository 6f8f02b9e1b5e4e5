/** Prints a float64 as Go's `strconv.FormatFloat(value, 'g', -1, 64)` does: shortest digits, exponent form below 1e-4 and from 1e6. */
export function formatFloat(value: number): string {
  if (Number.isNaN(value)) return "NaN";
  if (value === Number.POSITIVE_INFINITY) return "+Inf";
  if (value === Number.NEGATIVE_INFINITY) return "-Inf";
  if (value === 0) return Object.is(value, -0) ? "-0" : "0";
  const [mantissa = "", exponent = "0"] = value.toExponential().split("e");
  return layOut(mantissa, Number(exponent));
}

/** As `formatFloat`, for Go's float32: the shortest digits that name the nearest float32. */
export function formatFloat32(value: number): string {
  const single = Math.fround(value);
  if (!Number.isFinite(single) || single === 0) return formatFloat(single);
  for (let digits = 0; digits < 9; digits += 1) {
    const text = single.toExponential(digits);
    if (Math.fround(Number(text)) !== single) continue;
    const [mantissa = "", exponent = "0"] = text.split("e");
    return layOut(mantissa.includes(".") ? mantissa.replace(/\.?0+$/, "") : mantissa, Number(exponent));
  }
  return formatFloat(single);
}

function layOut(mantissa: string, exponent: number): string {
  if (exponent < -4 || exponent >= 6) return withExponent(mantissa, exponent);
  const negative = mantissa.startsWith("-");
  const digits = mantissa.replace("-", "").replace(".", "");
  const sign = negative ? "-" : "";
  if (exponent < 0) return `${sign}0.${"0".repeat(-exponent - 1)}${digits}`;
  if (digits.length <= exponent + 1) return sign + digits.padEnd(exponent + 1, "0");
  return `${sign}${digits.slice(0, exponent + 1)}.${digits.slice(exponent + 1)}`;
}

function withExponent(mantissa: string, exponent: number): string {
  const sign = exponent < 0 ? "-" : "+";
  return `${mantissa}e${sign}${String(Math.abs(exponent)).padStart(2, "0")}`;
}
