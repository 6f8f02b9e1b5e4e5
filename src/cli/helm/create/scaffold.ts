import { helperTemplates, notes, templates } from "./scaffold-templates.ts";

/** A file of a new chart; `<CHARTNAME>` stands for the name of the chart in it, as in a starter. */
export interface ScaffoldFile {
  readonly path: string;
  readonly content: string;
}

const ignored = `# What a package of this chart leaves out. Globs, directories with a slash at the end, exceptions with an exclamation mark;
# one to a line.
.DS_Store
Thumbs.db
.git/
.gitignore
.hg/
.hgignore
.svn/
.bzr/
.bzrignore
.idea/
.vscode/
.project
*.iml
*.tmproj
*.swp
*.orig
*.bak
*.tmp
*~
`;

const chartfile = `apiVersion: v2
name: <CHARTNAME>
description: A Helm chart for Kubernetes

# "application" can be installed; "library" only lends its named templates to other charts.
type: application

# The version of the chart itself. Raise it with each change that users get: https://semver.org
version: 0.1.0

# The version of what is installed; by default it is the tag of the image. In quotes, so that it stays a text.
appVersion: "1.16.0"
`;

const values = `# What users of this chart may change. Their own files and --set flags come over these.

# How many Pods run when autoscaling is off.
replicaCount: 1

image:
  repository: nginx
  pullPolicy: IfNotPresent
  # Empty: appVersion of Chart.yaml.
  tag: ""

# Names of Secrets with credentials for the registry: [{name: registry}]
imagePullSecrets: []

# Instead of the chart's name in names and labels, and instead of "release-chart" as the name of everything.
nameOverride: ""
fullnameOverride: ""

serviceAccount:
  # false: the Pods run as the one that "name" says, or as the namespace's default one.
  create: true
  # Whether the Pods get a token for the Kubernetes API.
  automount: true
  annotations: {}
  # Empty: the full name.
  name: ""

podAnnotations: {}
podLabels: {}

# Of the Pod, for example {fsGroup: 2000}.
podSecurityContext: {}

# Of the container, for example {runAsNonRoot: true, runAsUser: 1000, readOnlyRootFilesystem: true, capabilities: {drop: [ALL]}}.
securityContext: {}

service:
  type: ClusterIP
  # Of the Service and of the container.
  port: 80

ingress:
  enabled: false
  className: ""
  annotations: {}
  hosts:
    - host: chart-example.local
      paths:
        - path: /
          pathType: ImplementationSpecific
  # For example [{secretName: web-tls, hosts: [chart-example.local]}].
  tls: []

# A route of the Gateway API; the cluster needs its definitions.
httpRoute:
  enabled: false
  annotations: {}
  # The Gateways that the route is for.
  parentRefs:
    - name: gateway
      sectionName: http
  hostnames:
    - chart-example.local
  # Rules without backends of their own lead to the Service.
  rules:
    - matches:
        - path:
            type: PathPrefix
            value: /headers

# For example {requests: {cpu: 100m, memory: 128Mi}, limits: {memory: 128Mi}}. Without any the Pods run on small machines, too.
resources: {}

livenessProbe:
  httpGet:
    path: /
    port: http
readinessProbe:
  httpGet:
    path: /
    port: http

autoscaling:
  enabled: false
  minReplicas: 1
  maxReplicas: 100
  # In percent of what is requested; leave one out to look at the other alone.
  targetCPUUtilizationPercentage: 80
  # targetMemoryUtilizationPercentage: 80

# Further volumes of the Pod, and where the container sees them.
volumes: []
volumeMounts: []

# Where Pods may run.
nodeSelector: {}
tolerations: []
affinity: {}
`;

/** The files of a new chart, in the order in which helm writes its own; with helm's names, values and objects, and texts of ours. */
export const scaffold: readonly ScaffoldFile[] = [
  { path: "Chart.yaml", content: chartfile },
  { path: "values.yaml", content: values },
  { path: ".helmignore", content: ignored },
  ...["ingress", "httproute", "deployment", "service", "serviceaccount", "hpa"].map((name) => ({
    path: `templates/${name}.yaml`,
    content: templates.get(name) ?? "",
  })),
  { path: "templates/NOTES.txt", content: notes },
  { path: "templates/_helpers.tpl", content: helperTemplates },
  { path: "templates/tests/test-connection.yaml", content: templates.get("test-connection") ?? "" },
];
