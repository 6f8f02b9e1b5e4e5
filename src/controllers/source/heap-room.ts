import { setFlagsFromString } from "node:v8";

const small = "--optimize-for-size";

/** From how many bytes or characters on it matters. */
const large = 8 << 20;

/**
 * Makes a function that reads something of a size with the heap's usual room, in a process that was started to keep its heap small
 * (`bin/cox run`). Fifty megabytes take less than half of the processor time then; afterwards the heap is small again.
 */
export function createHeapRoom(
  engine: { readonly flags: readonly string[]; readonly set: (flag: string) => void } = {
    flags: process.execArgv,
    set: setFlagsFromString,
  },
): <T>(size: number, work: () => Promise<T>) => Promise<T> {
  const isSmall = engine.flags.includes(small);
  let working = 0;
  return async (size, work) => {
    if (!isSmall || size < large) return await work();
    working += 1;
    if (working === 1) engine.set("--no-optimize-for-size");
    try {
      return await work();
    } finally {
      working -= 1;
      if (working === 0) engine.set(small);
    }
  };
}
