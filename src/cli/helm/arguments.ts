type Check = (args: readonly string[]) => string | undefined;

/** helm's checks of the number of arguments, with its texts. */
export function takesNoArguments(usage: string): Check {
  return (args) => (args.length === 0 ? undefined : `"${pathOf(usage)}" accepts no arguments\n\nUsage:  ${usage}`);
}

export function takesExactly(count: number, usage: string): Check {
  return (args) =>
    args.length === count ? undefined : `"${pathOf(usage)}" requires ${count} ${plural(count)}\n\nUsage:  ${usage}`;
}

export function takesAtLeast(count: number, usage: string): Check {
  return (args) =>
    args.length >= count
      ? undefined
      : `"${pathOf(usage)}" requires at least ${count} ${plural(count)}\n\nUsage:  ${usage}`;
}

export function takesAtMost(count: number, usage: string): Check {
  return (args) =>
    args.length <= count
      ? undefined
      : `"${pathOf(usage)}" accepts at most ${count} ${plural(count)}\n\nUsage:  ${usage}`;
}

function plural(count: number): string {
  return count === 1 ? "argument" : "arguments";
}

/** The words of a usage line before its placeholders: the command's path. */
function pathOf(usage: string): string {
  const words = usage.split(" ");
  const end = words.findIndex((word) => /^[[<A-Z]/.test(word));
  return words.slice(0, end < 0 ? words.length : end).join(" ");
}
