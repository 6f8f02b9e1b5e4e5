import { type Condition, findCondition, type HelmRelease } from "../../api/index.ts";
import { messageOf } from "../../base/errors.ts";
import { ExpressionError, isReadyByExpression } from "../expressions.ts";
import { type Context, identityOf } from "../runtime/index.ts";

type Dependency = NonNullable<HelmRelease["spec"]["dependsOn"]>[number];

/**
 * The first dependency that is not ready, in Flux's words; undefined when all are. Read from the API: a stale answer would let a release go too
 * early. Throws ExpressionError for a `readyExpr` that cannot be read.
 */
export async function whyDependenciesNotReady(
  release: HelmRelease,
  context: Context,
  gates: ReadonlySet<string>,
): Promise<string | undefined> {
  for (const dependency of release.spec.dependsOn ?? []) {
    const namespace = dependency.namespace ?? identityOf(release).namespace;
    const key = `${namespace}/${dependency.name}`;
    const { apiVersion, kind } = release;
    let found: HelmRelease;
    try {
      found = await context.client.get<HelmRelease>(
        { apiVersion, kind, namespace, name: dependency.name },
        { signal: context.signal },
      );
    } catch (error) {
      return `unable to get '${key}' dependency: ${messageOf(error)}`;
    }
    const why = whyNotReady(release, { dependency, key, found, gates });
    if (why !== undefined) return why;
  }
  return undefined;
}

function whyNotReady(
  release: HelmRelease,
  options: {
    readonly dependency: Dependency;
    readonly key: string;
    readonly found: HelmRelease;
    readonly gates: ReadonlySet<string>;
  },
): string | undefined {
  const { dependency, key, found, gates } = options;
  const { readyExpr = "" } = dependency;
  if (readyExpr !== "") {
    try {
      if (!isReadyByExpression(readyExpr, { self: release, dep: found }))
        return `dependency '${key}' is not ready according to readyExpr eval`;
    } catch (error) {
      if (error instanceof ExpressionError) throw error;
      return messageOf(error);
    }
    // Flux: an expression stands for the usual look, unless the gate makes it come on top.
    if (!gates.has("AdditiveCELDependencyCheck")) return undefined;
  }
  const { status, metadata } = found;
  const ready = findCondition(status?.conditions as readonly Condition[] | undefined, "Ready");
  const isReady = metadata.generation === status?.observedGeneration && ready?.status === "True";
  return isReady ? undefined : `dependency '${key}' is not ready`;
}
