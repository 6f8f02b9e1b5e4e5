import { createKiller } from "../crashing-fetch.ts";
import type { StartProcess } from "./process.ts";
import { type Spawned, spawnControllers } from "./spawn.ts";

/** `cox run` as a process of its own, which gets SIGKILL when its nth write reaches the API, or has been done by it. */
export const startKilled: StartProcess = async (ground, point) => {
  const crashed = Promise.withResolvers<void>();
  const began = Promise.withResolvers<Spawned>();
  let killed = false;
  const { spy, writes } = createKiller(point, async () => {
    const process = await began.promise;
    killed = true;
    process.kill("SIGKILL");
    await process.ended;
    crashed.resolve();
  });
  const process = await spawnControllers(ground, { spy });
  began.resolve(process);
  return {
    crashed: crashed.promise,
    writes,
    async stop() {
      const byItself = process.hasEnded() && !killed;
      process.kill("SIGTERM");
      const how = await process.ended;
      await process.close();
      // One that has only just begun does not listen for signals yet.
      const wanted = killed ? ["SIGKILL"] : ["exit code 0", "SIGTERM"];
      if (byItself || !wanted.includes(how))
        throw new Error(`the controllers ended by themselves, by ${how}: ${process.said()}`);
    },
  };
};
