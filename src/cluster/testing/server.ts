import { connect } from "../../kube/node/index.ts";
import { createCluster } from "../index.ts";

/** What a test knows of an answer: JSON of which it names the parts it looks at. */
export interface Answer {
  readonly code: number;
  readonly body: Json;
  readonly warnings: readonly string[];
  readonly text: string;
}

export interface Json {
  readonly [field: string]: Json;
}

export interface Ask {
  readonly body?: unknown;
  readonly type?: string;
  readonly accept?: string;
}

/** An API server to ask, and a namespace of its own in it. */
export interface TestServer extends AsyncDisposable {
  readonly namespace: string;
  /** Asks, for example, `POST configmaps`: a path without a leading slash is of the core group, in the namespace. */
  ask(request: string, options?: Ask): Promise<Answer>;
  fetch(path: string, init?: RequestInit): Promise<Response>;
}

/** The embedded server, or the real one that COX_TEST_KUBECONFIG names: what holds for the one must hold for the other. */
export async function openTestServer(): Promise<TestServer> {
  const { reach, server, close } = await open(process.env["COX_TEST_KUBECONFIG"]);
  const namespace = `test-${crypto.randomUUID().slice(0, 8)}`;
  const fetch = (path: string, init: RequestInit = {}): Promise<Response> => reach(new Request(server + path, init));

  const ask = async (request: string, { body, type = "application/json", accept }: Ask = {}): Promise<Answer> => {
    const [method = "GET", path = "/"] = request.split(" ");
    const url = path.startsWith("/") ? path : `/api/v1/namespaces/${namespace}/${path}`;
    const response = await fetch(url, {
      method,
      headers: { "content-type": type, "user-agent": "test", ...(accept === undefined ? {} : { accept }) },
      ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    const isJson = response.headers.get("content-type")?.startsWith("application/json") === true;
    const warning = response.headers.get("warning");
    return {
      code: response.status,
      text,
      body: (isJson && text !== "" ? JSON.parse(text) : {}) as Json,
      warnings:
        warning === null
          ? []
          : [...warning.matchAll(/299 - "((?:[^"\\]|\\.)*)"/g)].map(([, found = ""]) =>
              found.replaceAll(/\\(.)/g, "$1"),
            ),
    };
  };
  await ask("POST /api/v1/namespaces", { body: { metadata: { name: namespace } } });
  return {
    namespace,
    ask,
    fetch,
    async [Symbol.asyncDispose]() {
      await ask(`DELETE /api/v1/namespaces/${namespace}`);
      await close();
    },
  };
}

async function open(kubeconfig: string | undefined): Promise<{
  readonly reach: (request: Request) => Promise<Response>;
  readonly server: string;
  readonly close: () => Promise<void>;
}> {
  if (kubeconfig === undefined) {
    const cluster = createCluster();
    return { reach: cluster.fetch, server: "http://cluster", close: cluster.close };
  }
  const { fetch, connection, ...connected } = await connect({ kubeconfig });
  return { reach: fetch, server: connection.server, close: async () => connected[Symbol.dispose]() };
}

/** Reads the events of a watch until `count` have come, or it ends. */
export async function readEvents(response: Response, count: number): Promise<readonly Json[]> {
  const events: Json[] = [];
  let rest = "";
  const decoder = new TextDecoder();
  const reader = response.body!.getReader();
  while (events.length < count) {
    const { done, value } = await reader.read();
    if (done) break;
    rest += decoder.decode(value, { stream: true });
    const lines = rest.split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) if (line !== "") events.push(JSON.parse(line) as Json);
  }
  await reader.cancel();
  return events;
}

export const patches = {
  json: "application/json-patch+json",
  merge: "application/merge-patch+json",
  strategic: "application/strategic-merge-patch+json",
  apply: "application/apply-patch+yaml",
} as const;
