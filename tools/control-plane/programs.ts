// The real programs that ours are compared with, and how Go makes each of them. Pure: build.ts does what is written here.

export const kubernetesVersion = "1.36.3";

/** How a program is made: of a module that can be installed, or of a main package of our own that calls the module's. */
export type Recipe =
  | { readonly how: "install"; readonly package: string; readonly version: string }
  | { readonly how: "main"; readonly requires: string; readonly main: string; readonly flags?: readonly string[] }
  | { readonly how: "kubernetes"; readonly main: string; readonly flags: readonly string[] };

/** What a control plane is made of, in the order in which it starts; the nodes are simulated by kwok. */
export const controlPlane = [
  "etcd",
  "kube-apiserver",
  "kube-controller-manager",
  "kube-scheduler",
  "kwok",
] as const satisfies readonly (keyof typeof recipes)[];

/** What the suites compare us with. */
export const peers = ["helm4", "helm3", "kubectl"] as const satisfies readonly (keyof typeof recipes)[];

export const kwok = { module: "sigs.k8s.io/kwok", version: "v0.8.0" } as const;

export const recipes = {
  etcd: {
    how: "main",
    requires: "go.etcd.io/etcd/server/v3@v3.6.5",
    main: 'import (\n\t"os"\n\n\t"go.etcd.io/etcd/server/v3/etcdmain"\n)\n\nfunc main() { etcdmain.Main(os.Args) }\n',
  },
  "kube-apiserver": kubernetes("k8s.io/kubernetes/cmd/kube-apiserver/app", "NewAPIServerCommand"),
  "kube-controller-manager": kubernetes(
    "k8s.io/kubernetes/cmd/kube-controller-manager/app",
    "NewControllerManagerCommand",
  ),
  "kube-scheduler": kubernetes("k8s.io/kubernetes/cmd/kube-scheduler/app", "NewSchedulerCommand"),
  kubectl: kubernetes("k8s.io/kubectl/pkg/cmd", "NewDefaultKubectlCommand"),
  kwok: { how: "install", package: `${kwok.module}/cmd/kwok`, version: kwok.version },
  helm4: { how: "install", package: "helm.sh/helm/v4/cmd/helm", version: "v4.2.4" },
  helm3: { how: "install", package: "helm.sh/helm/v3/cmd/helm", version: "v3.21.0" },
} as const satisfies Readonly<Record<string, Recipe>>;

export type Program = keyof typeof recipes;

export function isProgram(name: string): name is Program {
  return Object.hasOwn(recipes, name);
}

/**
 * The modules of Kubernetes' own repository that its go.mod asks for at v0.0.0, each with the version that it is published under: Go ignores the
 * replacements of a module that is not the main one.
 */
export function stagedModules(goMod: string): readonly { readonly path: string; readonly version: string }[] {
  const paths = [...goMod.matchAll(/^\s*(?:require\s+)?(k8s\.io\/[a-z0-9-]+) v0\.0\.0(?:\s|$)/gm)].map(
    ([, path = ""]) => path,
  );
  return [...new Set(paths)].toSorted().map((path) => ({ path, version: kubernetesVersion.replace(/^\d+/, "v0") }));
}

function kubernetes(from: string, command: string): Extract<Recipe, { readonly how: "kubernetes" }> {
  const main = `import (\n\t"os"\n\n\t"k8s.io/component-base/cli"\n\tcommand "${from}"\n)\n\nfunc main() { os.Exit(cli.Run(command.${command}())) }\n`;
  const [major = "", minor = ""] = kubernetesVersion.split(".");
  // Kubernetes' release builds set these: without them the version that the server tells is v0.0.0.
  const values = {
    gitVersion: `v${kubernetesVersion}`,
    gitMajor: major,
    gitMinor: minor,
    gitCommit: "0",
    gitTreeState: "clean",
    buildDate: "2026-07-01T00:00:00Z",
  };
  return {
    how: "kubernetes",
    main,
    flags: Object.entries(values).map(([name, value]) => `-X k8s.io/component-base/version.${name}=${value}`),
  };
}
