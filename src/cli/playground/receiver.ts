import { watch } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { requestedAtAnnotation } from "../../controllers/index.ts";
import type { Client } from "../../kube/index.ts";

const quietPeriod = 50; // milliseconds; a commit touches its branch's file more than once

/**
 * Asks for a reconcile of the GitRepository when somebody commits to the playground's repository: what a webhook does where Git is a service.
 */
export async function watchCommits(options: {
  readonly repository: string;
  readonly client: Client;
  readonly now: () => Date;
}): Promise<{ close(): void }> {
  const { repository, client, now } = options;
  const heads = join(repository, ".git", "refs", "heads");
  await mkdir(heads, { recursive: true });
  let timer: NodeJS.Timeout | undefined;
  const ask = (): void => {
    const reference = {
      apiVersion: "source.toolkit.fluxcd.io/v1",
      kind: "GitRepository",
      namespace: "flux-system",
      name: "flux-system",
    };
    const metadata = { annotations: { [requestedAtAnnotation]: now().toISOString() } };
    // The next interval finds the commit as well, should this fail.
    client.patch(reference, { metadata }, { type: "merge", fieldManager: "coxswain" }).catch(() => {});
  };
  const watcher = watch(heads, () => {
    clearTimeout(timer);
    timer = setTimeout(ask, quietPeriod);
  });
  return {
    close() {
      clearTimeout(timer);
      watcher.close();
    },
  };
}
