import { writeSync } from "node:fs";

/**
 * A function that writes text to standard output (1) or standard error (2) and returns when the system has taken all of it. Node's own
 * streams do the same for files and pipes, but loading them takes longer than most commands do.
 */
export function createWriter(descriptor: 1 | 2): (text: string) => void {
  return (text) => {
    const bytes = Buffer.from(text);
    let written = 0;
    while (written < bytes.length) {
      try {
        written += writeSync(descriptor, bytes, written);
      } catch (error) {
        const code = error instanceof Error && "code" in error ? error.code : undefined;
        if (code === "EPIPE" && descriptor === 2) return;
        if (code === "EPIPE") process.exit(0); // `cox … | head` has read enough.
        if (code !== "EAGAIN") throw error;
        // Somebody made the pipe non-blocking and it is full: wait for its reader.
        Atomics.wait(sleeper, 0, 0, 2);
      }
    }
  };
}

const sleeper = new Int32Array(new SharedArrayBuffer(4));
