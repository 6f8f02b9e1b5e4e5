import { chartFromFiles } from "../../src/chart/load/files.ts";
import { createClient, type Fetch } from "../../src/kube/index.ts";
import { createSecretStorage, install, type ReleaseContext, uninstall, upgrade } from "../../src/release/index.ts";

/** What one action asked of the API. */
export interface Asked {
  readonly action: "install" | "upgrade one object" | "upgrade without a change" | "uninstall";
  readonly reads: number;
  readonly writes: number;
  readonly milliseconds: number;
}

const template = `{{- range $index := until (int .Values.count) }}
---
apiVersion: v1
kind: ConfigMap
metadata:
  name: {{ $.Release.Name }}-{{ printf "%04d" $index }}
data:
  key: {{ if eq (int $.Values.changed) $index }}"changed"{{ else }}"{{ $index }}"{{ end }}
{{- end }}
`;

/** Installs a chart of so many objects, changes one of them, then none, and uninstalls it; gives what each action asked for. */
export async function liveLarge(
  api: { readonly fetch: Fetch; readonly server: string },
  { namespace, count }: { readonly namespace: string; readonly count: number },
): Promise<readonly Asked[]> {
  const counts = { reads: 0, writes: 0 };
  const fetch: Fetch = (request) => {
    counts[request.method === "GET" ? "reads" : "writes"] += 1;
    return api.fetch(request);
  };
  const client = createClient({ fetch, server: api.server });
  const now = (): Date => new Date();
  const storage = createSecretStorage({ client, namespace, now });
  const context: ReleaseContext = { client, storage, now, fieldManager: "helm" };
  const encoder = new TextEncoder();
  const files = { "Chart.yaml": "apiVersion: v2\nname: large\nversion: 1.0.0\n", "templates/all.yaml": template };
  const chart = await chartFromFiles(
    Object.entries(files).map(([path, text]) => ({ name: path, data: encoder.encode(text) })),
    () => Promise.reject(new Error("a chart without subcharts")),
  );
  const seen: Asked[] = [];
  const step = async (action: Asked["action"], work: () => Promise<unknown>): Promise<void> => {
    counts.reads = counts.writes = 0;
    const began = performance.now();
    await work();
    seen.push({ action, ...counts, milliseconds: performance.now() - began });
  };
  const name = "large";
  await step("install", () => install(context, { name, namespace, chart, values: { count, changed: -1 } }));
  await step("upgrade one object", () => upgrade(context, { name, chart, values: { count, changed: 7 } }));
  await step("upgrade without a change", () => upgrade(context, { name, chart, values: { count, changed: 7 } }));
  await step("uninstall", () => uninstall(context, { name }));
  return seen;
}
