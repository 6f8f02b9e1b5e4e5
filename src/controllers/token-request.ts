import type { Fetch } from "../kube/index.ts";
import { expiryOf } from "./target-cloud.ts";
import type { RequestToken } from "./target-spec.ts";

/** Requests tokens by the API's TokenRequest. */
export function createTokenRequester(options: { readonly fetch: Fetch; readonly server: string }): RequestToken {
  return async ({ namespace, name }, { audiences, signal }) => {
    const [where, who] = [namespace, name].map(encodeURIComponent);
    const url = new URL(`/api/v1/namespaces/${where}/serviceaccounts/${who}/token`, options.server);
    const body = { apiVersion: "authentication.k8s.io/v1", kind: "TokenRequest", spec: { audiences } };
    const response = await options.fetch(
      new Request(url, {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify(body),
        signal,
      }),
    );
    const answer = (await response.json()) as {
      readonly status?: { readonly token?: string; readonly expirationTimestamp?: string };
      readonly message?: string;
    };
    const { token, expirationTimestamp } = answer.status ?? {};
    if (token === undefined) throw new Error(answer.message ?? `the server answered ${response.status}`);
    // What the API says counts; a token knows it, too.
    const told = new Date(expirationTimestamp ?? "");
    return { token, expiresAt: Number.isNaN(told.getTime()) ? expiryOf(token, new Date()) : told };
  };
}
