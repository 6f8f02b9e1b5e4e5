const unitsBeforeAndAfterT = ["YMD", "HMS"];

/** Why a text is no duration of ISO 8601, in the validator's words. */
export function duration(text: string): string | undefined {
  if (!text.startsWith("P")) return "must start with P";
  const body = text.slice(1);
  if (body === "") return "nothing after P";
  if (body.endsWith("W")) {
    if (body === "W") return "no number in week";
    return /^[0-9]+W$/.test(body) ? undefined : "invalid week";
  }
  for (const [index, part] of body.split("T").entries()) {
    if (index > 0 && part === "") return "no time elements";
    const units = unitsBeforeAndAfterT[index];
    if (units === undefined) return "more than one T";
    const reason = elements(part, units);
    if (reason !== undefined) return reason;
  }
  return undefined;
}

function elements(part: string, all: string): string | undefined {
  let units = all;
  let rest = part;
  while (rest !== "") {
    const digits = /^[0-9]*/.exec(rest)?.[0] ?? "";
    if (digits === "") return "missing number";
    const unit = rest.charAt(digits.length);
    if (unit === "") return "missing unit";
    const at = units.indexOf(unit);
    if (at < 0) return all.includes(unit) ? `unit '${unit}' out of order` : `invalid unit '${unit}'`;
    units = units.slice(at + 1);
    rest = rest.slice(digits.length + 1);
  }
  return undefined;
}

type Format = (text: string) => string | undefined;

/** Why a text is no period: a start and an end, one of which may be a duration. */
export function period(text: string, dateTime: Format): string | undefined {
  const slash = text.indexOf("/");
  if (slash < 0) return "missing slash";
  const start = text.slice(0, slash);
  const end = text.slice(slash + 1);
  const isLength = { start: start.startsWith("P"), end: !start.startsWith("P") && end.startsWith("P") };
  const ofStart = isLength.start ? duration(start) : dateTime(start);
  if (ofStart !== undefined) return `invalid start ${isLength.start ? "duration" : "date-time"}: ${ofStart}`;
  const ofEnd = isLength.end ? duration(end) : dateTime(end);
  return ofEnd === undefined ? undefined : `invalid end ${isLength.end ? "duration" : "date-time"}: ${ofEnd}`;
}
