/** The files of a chart, by path. */
export type ChartFiles = Readonly<Record<string, string>>;

const meta = "apiVersion: v2\nname: web\nversion: 1.0.0\n";

const configMap = (name: string, value: string, annotations = "{}"): string =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: ${name}\n  annotations: ${annotations}\ndata:\n  key: "${value}"\n`;

const service = (ports: string): string =>
  `apiVersion: v1\nkind: Service\nmetadata:\n  name: web\nspec:\n  selector: {app: web}\n  ports: ${ports}\n`;

const deployment = (image: string): string =>
  `apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: web\nspec:\n  replicas: 0\n  selector: {matchLabels: {app: web}}\n  template:\n    metadata: {labels: {app: web}}\n    spec:\n      containers: [{name: web, image: "${image}"}]\n`;

const hook = (name: string, event: string, policy: string, weight = 0): string =>
  configMap(
    `hook-${name}`,
    name,
    `{"helm.sh/hook": "${event}", "helm.sh/hook-delete-policy": "${policy}", "helm.sh/hook-weight": "${weight}"}`,
  );

const hooks: ChartFiles = {
  "templates/hook-before.yaml": hook("before", "pre-install,pre-upgrade,pre-rollback,pre-delete", "hook-succeeded"),
  "templates/hook-kept.yaml": hook("kept", "pre-install,pre-upgrade", "before-hook-creation", 1),
  "templates/hook-after.yaml": hook(
    "after",
    "post-install,post-upgrade,post-rollback,post-delete",
    "hook-succeeded,before-hook-creation",
  ),
  "templates/hook-test.yaml": hook("test", "test", "before-hook-creation"),
};

/** Two ConfigMaps, a Service and a Deployment. */
export const first: ChartFiles = {
  "Chart.yaml": meta,
  "templates/one.yaml": configMap("one", "1"),
  "templates/gone.yaml": configMap("gone", "1"),
  "templates/service.yaml": service("[{port: 80}]"),
  "templates/deployment.yaml": deployment("web:1"),
};

/** As `first` with one object changed, one new and one gone. */
export const second: ChartFiles = {
  "Chart.yaml": meta.replace("1.0.0", "2.0.0"),
  "templates/one.yaml": configMap("one", "2"),
  "templates/new.yaml": configMap("new", "2"),
  "templates/service.yaml": service("[{port: 80}]"),
  "templates/deployment.yaml": deployment("web:2"),
};

/** As `second` with a Service that the API refuses, after an object that it takes. */
export const broken: ChartFiles = { ...second, "templates/service.yaml": service("[]") };

/** The same with hooks of every event. */
export function withHooks(chart: ChartFiles): ChartFiles {
  return { ...chart, ...hooks };
}

/** The same without what a controller has to make ready. */
export function withoutWorkload({ "templates/deployment.yaml": _, ...rest }: ChartFiles): ChartFiles {
  return rest;
}

/** The same with a definition in `crds/`, and an object of it. `group` is the place's own: definitions belong to the whole cluster. */
export function withDefinition(chart: ChartFiles, group: string): ChartFiles {
  return {
    ...chart,
    "crds/things.yaml": `apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: things.${group}}
spec:
  group: ${group}
  scope: Namespaced
  names: {plural: things, singular: thing, kind: Thing, listKind: ThingList}
  versions:
  - name: v1
    served: true
    storage: true
    schema: {openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}}
`,
    "templates/thing.yaml": `apiVersion: ${group}/v1\nkind: Thing\nmetadata:\n  name: thing\nspec: {size: 1}\n`,
  };
}
