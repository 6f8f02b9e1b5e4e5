import type { KubeObject } from "../../../api/index.ts";
import { isDeleted, keyOf } from "../objects.ts";
import type { Controller } from "../runtime.ts";

const account = "default";
const authority = "kube-root-ca.crt";

/** Puts into each namespace what every namespace has: the account `default` and the certificate of the cluster. */
export function createFurnisher({ rootCertificate }: { readonly rootCertificate: string }): Controller {
  const back = (name: string) => (object: KubeObject) =>
    object.metadata.name === name ? [object.metadata.namespace ?? ""] : [];
  return {
    name: "serviceaccount-controller",
    watches: [
      { bucket: "/namespaces", keys: (object) => [keyOf(object)] },
      { bucket: "/serviceaccounts", keys: back(account) },
      { bucket: "/configmaps", keys: back(authority) },
    ],
    async reconcile(namespace, { store, api }) {
      const found = store.get("/namespaces", namespace)?.object;
      if (found === undefined || isDeleted(found)) return undefined;
      const { create } = api("kube-controller-manager");
      if (store.get("/serviceaccounts", `${namespace}/${account}`) === undefined) {
        await create({ apiVersion: "v1", kind: "ServiceAccount", metadata: { name: account, namespace } });
      }
      if (store.get("/configmaps", `${namespace}/${authority}`) === undefined) {
        const description =
          "Contains a CA bundle that can be used to verify the kube-apiserver when using internal endpoints such as the internal service IP or kubernetes.default.svc. No other usage is guaranteed across distributions of Kubernetes clusters.";
        await create({
          apiVersion: "v1",
          kind: "ConfigMap",
          metadata: { name: authority, namespace, annotations: { "kubernetes.io/description": description } },
          data: { "ca.crt": rootCertificate },
        });
      }
      return undefined;
    },
  };
}
