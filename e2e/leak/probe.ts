// Loaded into `cox run` by the test: counts what is left on the heap after a garbage collection when its parent asks.
import { getHeapSnapshot } from "node:v8";

process.on("message", () => void count().then((counted) => process.send?.(counted)));
// Whoever listens to its parent would not end by itself.
process.channel?.unref();

/** A snapshot begins with how many nodes it has. `v8.queryObjects` would be shorter, but does not always return. */
async function count(): Promise<{ readonly objects: number; readonly resident: number }> {
  const resident = process.memoryUsage.rss();
  for await (const chunk of getHeapSnapshot()) {
    const [, nodes] = /"node_count":(\d+)/.exec(String(chunk)) ?? [];
    if (nodes !== undefined) return { objects: Number(nodes), resident };
  }
  throw new Error("cannot count: a snapshot says no more how many nodes it has");
}
