import type { LogSource } from "../../http/call.ts";
import type { Store } from "../../store/types.ts";
import type { Pod } from "../kinds.ts";
import { outcomeOf } from "./commands.ts";
import { exitCodeOf, isRunning, statusOf } from "./status.ts";

/** What containers have printed: the `echo`s of their commands, else one line that says what they are. */
export function createLogs(store: Store): LogSource {
  return ({ namespace, name, container, previous }) => {
    const pod = store.get("/pods", `${namespace}/${name}`)?.object as Pod | undefined;
    if (pod === undefined) return undefined;
    const found = [...pod.spec.containers, ...(pod.spec.initContainers ?? [])].find((one) => one.name === container);
    const statuses = [...(pod.status?.containerStatuses ?? []), ...(pod.status?.initContainerStatuses ?? [])];
    const status = statusOf(statuses, container);
    if (found === undefined || status === undefined) return undefined;
    const state = previous ? status.lastState : status.state;
    const hasRun = previous ? exitCodeOf(state) !== undefined : isRunning(status) || exitCodeOf(state) !== undefined;
    const ranBefore = status.restartCount > 0 || exitCodeOf(status.lastState) !== undefined;
    if (!hasRun && (previous || !ranBefore)) return undefined;
    const { output } = outcomeOf(found);
    const lines = output.length > 0 ? output : [`simulated container ${container} (${found.image ?? ""})`];
    return `${lines.join("\n")}\n`;
  };
}
