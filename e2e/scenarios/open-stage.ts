import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { cox } from "../../src/cli/commands.ts";
import type { CommandGroup } from "../../src/cli/command.ts";
import { controllerFlags } from "../../src/cli/controller-flags.ts";
import { controllerOptionsOf } from "../../src/cli/controller-options.ts";
import { parseFlags } from "../../src/cli/flags.ts";
import { installDefinitions } from "../../src/cli/playground/playground.ts";
import { runLine } from "../../src/cli/run.ts";
import { allControllers, type Log, runControllers } from "../../src/controllers/index.ts";
import { acquireLease, type Client, createClient, createWatchCache, type Fetch } from "../../src/kube/index.ts";
import { connect } from "../../src/kube/node/index.ts";
import { openArtifactStore, serveArtifacts } from "../../src/sources/index.ts";
import { openServedCluster } from "../served-cluster.ts";
import { helmOn, trustingKubeconfig } from "./stage.ts";

/** Something that ends with the test. */
interface Ending {
  readonly after: (end: () => Promise<void>) => void;
}

/**
 * A cluster with our controllers: the embedded one, served for programs that want a kubeconfig, or the one that COX_TEST_KUBECONFIG names,
 * where Flux's own must not run.
 */
export async function openTestStage(
  t: Ending,
  options: { readonly flags?: readonly string[]; readonly log?: Log; readonly spy?: (fetch: Fetch) => Fetch } = {},
) {
  const { flags = [], log = { info: () => {}, error: () => {} }, spy = (fetch) => fetch } = options;
  const folder = await mkdtemp(join(tmpdir(), "cox-stage-"));
  const open = new AsyncDisposableStack();
  t.after(async () => {
    await open.disposeAsync();
    await rm(folder, { recursive: true, force: true });
  });
  const given = process.env.COX_TEST_KUBECONFIG;
  const kubeconfigFile = given ?? join(folder, "kubeconfig");
  const reached =
    given === undefined ? await openServedCluster(folder, open) : openReal(await connect({ kubeconfig: given }), open);
  const fetch = spy(reached.fetch);
  const client = createClient({ fetch, server: reached.server });
  // Two sets of controllers on one cluster would do everything twice.
  if (given !== undefined) open.use(await takeTurn(client));
  const cache = createWatchCache({ client });
  open.defer(() => cache[Symbol.asyncDispose]());
  await installDefinitions(client, cache);
  const store = await openArtifactStore({ root: join(folder, "store") });
  const artifacts = await serveArtifacts(store);
  open.defer(() => artifacts.close());
  const controllers = await runControllers({
    client,
    cache,
    controllers: allControllers({
      store,
      ...controllerOptionsOf(parseFlags(controllerFlags, flags).flags, {}),
      clientAs: (user) => createClient({ fetch, server: reached.server, impersonate: { user } }),
    }),
    concurrent: 10,
    log,
    now: () => new Date(),
  });
  open.defer(() => controllers.stop());
  const namespaces: string[] = [];
  if (given !== undefined) open.defer(() => removeReleases(client, namespaces));
  const program = process.env.COX_HELM;
  return {
    client,
    kubeconfigFile,
    kubeconfig: await trustingKubeconfig(await readFile(kubeconfigFile, "utf8")),
    /** Namespaces of a cluster that is not ours alone must be new. */
    namespaceOf: (name: string, length = 0): string => {
      const suffix = given === undefined ? "" : `-${Math.random().toString(36).slice(2, 8)}`;
      const namespace = `s-${name.slice(0, 40)}${suffix}`.padEnd(length, "x");
      namespaces.push(namespace);
      return namespace;
    },
    helmIn: (namespace: string) =>
      program === undefined ? ownHelm(kubeconfigFile, namespace) : helmOn(kubeconfigFile, namespace),
  };
}

async function takeTurn(client: Client): Promise<AsyncDisposable> {
  const identity = crypto.randomUUID();
  const held = await acquireLease({ client, namespace: "default", name: "test-stage", identity, retryPeriod: 1_000 });
  return { [Symbol.asyncDispose]: () => held.release() };
}

/** Lets the controllers remove what is left over: the next ones would take it up. */
async function removeReleases(client: Client, namespaces: readonly string[]): Promise<void> {
  const kind = { apiVersion: "helm.toolkit.fluxcd.io/v2", kind: "HelmRelease" };
  const left = async () =>
    (await client.list(kind)).items.filter(({ metadata }) => namespaces.includes(metadata.namespace ?? ""));
  for (const { metadata } of await left()) {
    const reference = { ...kind, namespace: metadata.namespace ?? "", name: metadata.name ?? "" };
    await client.delete(reference).catch(() => undefined);
  }
  for (let turn = 0; turn < 60 && (await left()).length > 0; turn += 1)
    await new Promise((resolve) => setTimeout(resolve, 500));
}

function openReal(connected: Awaited<ReturnType<typeof connect>>, open: AsyncDisposableStack) {
  open.defer(() => connected[Symbol.dispose]());
  return { fetch: connected.fetch, server: connected.connection.server };
}

/** The project's own helm commands, in this process. */
function ownHelm(kubeconfig: string, namespace: string) {
  return async (...line: readonly string[]): Promise<void> => {
    let said = "";
    const code = await runLine(cox.commands.helm as CommandGroup, "helm", [...line, "--namespace", namespace], {
      stdout: () => {},
      stderr: (text) => {
        said += text;
      },
      stdin: () => Promise.resolve(""),
      env: { KUBECONFIG: kubeconfig },
      cwd: tmpdir(),
      isTerminal: false,
      signal: new AbortController().signal,
      now: () => new Date(),
    });
    if (code !== 0) throw new Error(`helm ${line.join(" ")}: ${said}`);
  };
}
