import { isApiError, type KubeObject } from "../api/index.ts";
import { messageOf } from "../base/errors.ts";
import { type Connection, connectionOf, parseKubeconfig } from "../kube/node/index.ts";
import type { Context } from "./runtime/index.ts";
import { connectionFromMap } from "./target-map.ts";
import { TargetError, type TargetOptions, type TargetSpec } from "./target-spec.ts";

/** How the cluster of a spec is reached. Throws TargetError with Flux's texts. */
export async function readConnection(
  owner: KubeObject,
  { secretRef, configMapRef }: NonNullable<TargetSpec["kubeConfig"]>,
  context: Context,
  options: TargetOptions,
): Promise<Connection> {
  const { namespace = "" } = owner.metadata;
  if (secretRef !== undefined && configMapRef === undefined)
    return sanitised(await connectionFromSecret(namespace, secretRef, context), options);
  if (configMapRef !== undefined && secretRef === undefined)
    return await connectionFromMap(
      owner,
      await readNamed(
        "ConfigMap",
        namespace,
        configMapRef.name,
        context,
        `failed to get configmap ${namespace}/${configMapRef.name}: `,
      ),
      context,
      options,
    );
  throw new TargetError(
    "Unusable",
    "exactly one of .spec.kubeConfig.configMapRef or spec.kubeConfig.secretRef must be set",
  );
}

async function connectionFromSecret(
  namespace: string,
  { name, key = "" }: { readonly name: string; readonly key?: string },
  context: Context,
): Promise<Connection> {
  const subject = `${namespace}/${name}`;
  const secret = await readNamed("Secret", namespace, name, context, `could not get KubeConfig secret '${subject}': `);
  const data = (secret.data ?? {}) as Readonly<Record<string, string>>;
  const found = (key === "" ? ["value", "value.yaml"] : [key]).find((one) => Object.hasOwn(data, one));
  if (found === undefined) {
    const wanted = key === "" ? "a 'value' or 'value.yaml'" : `a '${key}'`;
    throw new TargetError("Unusable", `KubeConfig secret '${subject}' does not contain ${wanted} key with data`);
  }
  try {
    return connectionOf(parseKubeconfig(Buffer.from(data[found]!, "base64").toString("utf8")));
  } catch (cause) {
    // A parser quotes what it reads, and this is a credential: only what is wrong is told.
    const why = messageOf(cause).replace(/^error loading config file "[^"]*": (error converting YAML to JSON: )?/, "");
    throw new TargetError("Unusable", `failed to load KubeConfig from secret '${subject}': ${why}`);
  }
}

/** Flux: what would run programs or read files here is left out, and certificates are checked, unless flags say otherwise. */
function sanitised(connection: Connection, options: TargetOptions): Connection {
  const { auth, tls } = connection;
  const isFile = auth.kind === "token" && "file" in auth.token;
  const drops = isFile || (auth.kind === "exec" && options.insecureKubeconfigExec !== true);
  const { impersonate: _asked, ...rest } = connection;
  const given = (source: typeof tls.ca) => (source !== undefined && "text" in source ? source : undefined);
  const [ca, certificate, key] = [given(tls.ca), given(tls.certificate), given(tls.key)];
  return {
    ...rest,
    auth: drops ? { kind: "none" } : auth,
    tls: {
      insecure: tls.insecure && options.insecureKubeconfigTls === true,
      ...(tls.serverName === undefined ? {} : { serverName: tls.serverName }),
      ...(ca === undefined ? {} : { ca }),
      ...(certificate === undefined ? {} : { certificate }),
      ...(key === undefined ? {} : { key }),
    },
  };
}

async function readNamed(
  kind: "Secret" | "ConfigMap",
  namespace: string,
  name: string,
  { client, signal }: Context,
  doing: string,
): Promise<KubeObject> {
  try {
    return await client.get({ apiVersion: "v1", kind, namespace, name }, { signal });
  } catch (cause) {
    const code = isApiError(cause, "NotFound") ? "Missing" : "Unusable";
    throw new TargetError(code, doing + messageOf(cause), { cause });
  }
}
