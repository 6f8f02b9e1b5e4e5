const head = (apiVersion: string, kind: string): string => `apiVersion: ${apiVersion}
kind: ${kind}
metadata:
  name: {{ include "<CHARTNAME>.fullname" . }}
  labels:
    {{- include "<CHARTNAME>.labels" . | nindent 4 }}
`;

const annotations = (of: string): string => `  {{- with .Values.${of}.annotations }}
  annotations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
`;

/** A part of the values as it is, where it is not empty. */
const part = (indent: number, name: string, value = name): string => {
  const blanks = " ".repeat(indent);
  return `${blanks}{{- with .Values.${value} }}
${blanks}${name}:
${blanks}  {{- toYaml . | nindent ${indent + 2} }}
${blanks}{{- end }}
`;
};

const deployment = `${head("apps/v1", "Deployment")}spec:
  {{- /* The autoscaler counts where there is one. */}}
  {{- if not .Values.autoscaling.enabled }}
  replicas: {{ .Values.replicaCount }}
  {{- end }}
  selector:
    matchLabels:
      {{- include "<CHARTNAME>.selectorLabels" . | nindent 6 }}
  template:
    metadata:
${part(6, "annotations", "podAnnotations")}      labels:
        {{- include "<CHARTNAME>.labels" . | nindent 8 }}
        {{- with .Values.podLabels }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
    spec:
${part(6, "imagePullSecrets")}      serviceAccountName: {{ include "<CHARTNAME>.serviceAccountName" . }}
${part(6, "securityContext", "podSecurityContext")}      containers:
        - name: {{ .Chart.Name }}
          image: "{{ .Values.image.repository }}:{{ default .Chart.AppVersion .Values.image.tag }}"
          imagePullPolicy: {{ .Values.image.pullPolicy }}
${part(10, "securityContext")}          ports:
            - name: http
              containerPort: {{ .Values.service.port }}
              protocol: TCP
${part(10, "livenessProbe")}${part(10, "readinessProbe")}${part(10, "resources")}${part(10, "volumeMounts")}\
${part(6, "volumes")}${part(6, "nodeSelector")}${part(6, "affinity")}${part(6, "tolerations")}`;

const service = `${head("v1", "Service")}spec:
  type: {{ .Values.service.type }}
  ports:
    - name: http
      port: {{ .Values.service.port }}
      targetPort: http
      protocol: TCP
  selector:
    {{- include "<CHARTNAME>.selectorLabels" . | nindent 4 }}
`;

const serviceAccount = `{{- if .Values.serviceAccount.create }}
apiVersion: v1
kind: ServiceAccount
metadata:
  name: {{ include "<CHARTNAME>.serviceAccountName" . }}
  labels:
    {{- include "<CHARTNAME>.labels" . | nindent 4 }}
${annotations("serviceAccount")}automountServiceAccountToken: {{ .Values.serviceAccount.automount }}
{{- end }}
`;

const ingress = `{{- if .Values.ingress.enabled }}
${head("networking.k8s.io/v1", "Ingress")}${annotations("ingress")}spec:
  {{- if .Values.ingress.className }}
  ingressClassName: {{ .Values.ingress.className }}
  {{- end }}
  {{- if .Values.ingress.tls }}
  tls:
    {{- range .Values.ingress.tls }}
    - secretName: {{ .secretName }}
      hosts:
        {{- range .hosts }}
        - {{ quote . }}
        {{- end }}
    {{- end }}
  {{- end }}
  rules:
    {{- range .Values.ingress.hosts }}
    - host: {{ quote .host }}
      http:
        paths:
          {{- range .paths }}
          - path: {{ .path }}
            {{- if .pathType }}
            pathType: {{ .pathType }}
            {{- end }}
            backend:
              service:
                name: {{ include "<CHARTNAME>.fullname" $ }}
                port:
                  number: {{ $.Values.service.port }}
          {{- end }}
    {{- end }}
{{- end }}
`;

const httpRoute = `{{- if .Values.httpRoute.enabled }}
${head("gateway.networking.k8s.io/v1", "HTTPRoute")}${annotations("httpRoute")}spec:
  parentRefs:
    {{- toYaml .Values.httpRoute.parentRefs | nindent 4 }}
${part(2, "hostnames", "httpRoute.hostnames")}  rules:
    {{- range .Values.httpRoute.rules }}
    - backendRefs:
        - name: {{ include "<CHARTNAME>.fullname" $ }}
          port: {{ $.Values.service.port }}
          weight: 1
      {{- with .matches }}
      matches:
        {{- toYaml . | nindent 8 }}
      {{- end }}
      {{- with .filters }}
      filters:
        {{- toYaml . | nindent 8 }}
      {{- end }}
    {{- end }}
{{- end }}
`;

const metric = (name: string, value: string): string => `    {{- with .Values.autoscaling.${value} }}
    - type: Resource
      resource:
        name: ${name}
        target:
          type: Utilization
          averageUtilization: {{ . }}
    {{- end }}
`;

const autoscaler = `{{- if .Values.autoscaling.enabled }}
${head("autoscaling/v2", "HorizontalPodAutoscaler")}spec:
  scaleTargetRef:
    apiVersion: apps/v1
    kind: Deployment
    name: {{ include "<CHARTNAME>.fullname" . }}
  minReplicas: {{ .Values.autoscaling.minReplicas }}
  maxReplicas: {{ .Values.autoscaling.maxReplicas }}
  metrics:
${metric("cpu", "targetCPUUtilizationPercentage")}${metric("memory", "targetMemoryUtilizationPercentage")}{{- end }}
`;

const connection = `# "helm test" starts this Pod and looks whether it ends well.
apiVersion: v1
kind: Pod
metadata:
  name: {{ include "<CHARTNAME>.fullname" . }}-test-connection
  labels:
    {{- include "<CHARTNAME>.labels" . | nindent 4 }}
  annotations:
    helm.sh/hook: test
spec:
  restartPolicy: Never
  containers:
    - name: wget
      image: busybox
      command: [wget]
      args: ["{{ include "<CHARTNAME>.fullname" . }}:{{ .Values.service.port }}"]
`;

/** The named templates of a new chart: those that people know from helm's. */
export const helperTemplates = `{{/* The chart's name, in the 63 characters that a label may have. */}}
{{- define "<CHARTNAME>.name" -}}
{{ default .Chart.Name .Values.nameOverride | trunc 63 | trimSuffix "-" }}
{{- end }}

{{/* The name of everything: the release's and the chart's, or the release's alone where that has the chart's in it. */}}
{{- define "<CHARTNAME>.fullname" -}}
{{- $name := default .Chart.Name .Values.nameOverride -}}
{{- $both := printf "%s-%s" .Release.Name $name -}}
{{- $full := contains $name .Release.Name | ternary .Release.Name $both -}}
{{ default $full .Values.fullnameOverride | trunc 63 | trimSuffix "-" }}
{{- end }}

{{/* The chart and its version; a label has no plus. */}}
{{- define "<CHARTNAME>.chart" -}}
{{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" }}
{{- end }}

{{/* The labels of every object. */}}
{{- define "<CHARTNAME>.labels" -}}
helm.sh/chart: {{ include "<CHARTNAME>.chart" . }}
{{ include "<CHARTNAME>.selectorLabels" . }}
{{- with .Chart.AppVersion }}
app.kubernetes.io/version: {{ quote . }}
{{- end }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end }}

{{/* Those that Pods are found by. They cannot be changed once a Deployment is there. */}}
{{- define "<CHARTNAME>.selectorLabels" -}}
app.kubernetes.io/name: {{ include "<CHARTNAME>.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{/* Who the Pods run as. */}}
{{- define "<CHARTNAME>.serviceAccountName" -}}
{{- $own := .Values.serviceAccount.create | ternary (include "<CHARTNAME>.fullname" .) "default" -}}
{{ default $own .Values.serviceAccount.name }}
{{- end }}
`;

/** What is told after an installation. */
export const notes = `Where {{ .Release.Name }} can be reached:
{{- if .Values.httpRoute.enabled }}
{{- range .Values.httpRoute.hostnames }}
  http://{{ . }}
{{- else }}
  at the addresses of the Gateways {{ range .Values.httpRoute.parentRefs }}{{ .name }} {{ end }}
{{- end }}
{{- else if .Values.ingress.enabled }}
{{- range $host := .Values.ingress.hosts }}
{{- range .paths }}
  http{{ if $.Values.ingress.tls }}s{{ end }}://{{ $host.host }}{{ .path }}
{{- end }}
{{- end }}
{{- else if eq .Values.service.type "LoadBalancer" }}
  kubectl get service {{ include "<CHARTNAME>.fullname" . }} --namespace {{ .Release.Namespace }} --watch
  tells the address as soon as there is one; the port is {{ .Values.service.port }}
{{- else if eq .Values.service.type "NodePort" }}
  kubectl get service {{ include "<CHARTNAME>.fullname" . }} --namespace {{ .Release.Namespace }} -o jsonpath='{.spec.ports[0].nodePort}'
  tells the port, which is the same at each address of: kubectl get nodes -o wide
{{- else }}
  kubectl port-forward service/{{ include "<CHARTNAME>.fullname" . }} 8080:{{ .Values.service.port }} --namespace {{ .Release.Namespace }}
  and then http://127.0.0.1:8080
{{- end }}
`;

/** The templates of a new chart's objects by the names of their files. */
export const templates: ReadonlyMap<string, string> = new Map([
  ["deployment", deployment],
  ["service", service],
  ["serviceaccount", serviceAccount],
  ["ingress", ingress],
  ["httproute", httpRoute],
  ["hpa", autoscaler],
  ["test-connection", connection],
]);
