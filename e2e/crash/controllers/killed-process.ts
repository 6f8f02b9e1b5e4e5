import { isWrite } from "../crashing-fetch.ts";
import type { StartProcess } from "./process.ts";
import { type Spawned, spawnControllers } from "./spawn.ts";

/** `cox run` as a process of its own, which gets SIGKILL when its nth write reaches the API, or has been done by it. */
export const startKilled: StartProcess = async (ground, point) => {
  const crashed = Promise.withResolvers<void>();
  const began = Promise.withResolvers<Spawned>();
  let writes = 0;
  let killed = false;
  const kill = async (): Promise<void> => {
    const process = await began.promise;
    killed = true;
    process.kill("SIGKILL");
    await process.ended;
  };
  const process = await spawnControllers(ground, {
    async spy(request, pass) {
      const here = isWrite(request) && (writes += 1) === point?.write;
      const isBefore = here && point.side === "before";
      if (isBefore) await kill();
      const answer = isBefore ? new Response(null, { status: 503 }) : await pass(request);
      if (here && !isBefore) await kill();
      if (here) crashed.resolve();
      return answer;
    },
  });
  began.resolve(process);
  return {
    crashed: crashed.promise,
    writes: () => writes,
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
