import { setFlagsFromString } from "node:v8";

const small = "--optimize-for-size";

/**
 * Makes a function that does work with the heap's usual room, in a process that was started to keep its heap small (`bin/cox run`).
 * Reading fifty megabytes takes less than half of the processor time then; afterwards the heap is small again.
 */
export function createHeapRoom(
  engine: { readonly flags: readonly string[]; readonly set: (flag: string) => void } = {
    flags: process.execArgv,
    set: setFlagsFromString,
  },
): <T>(work: () => Promise<T>) => Promise<T> {
  const isSmall = engine.flags.includes(small);
  let working = 0;
  return async (work) => {
    if (!isSmall) return await work();
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
