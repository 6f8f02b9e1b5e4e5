import type { KubeObject } from "../../api/index.ts";
import { isValues } from "../../base/value.ts";
import { createObjectStorage, type ObjectStorageOptions } from "./object-driver.ts";
import type { Storage } from "./types.ts";

/** Helm's default storage: a Secret of type `helm.sh/release.v1` for each revision. */
export function createSecretStorage(options: ObjectStorageOptions): Storage {
  return createObjectStorage(options, {
    kind: "Secret",
    explains: true,
    // The record is base64 text already, and a Secret's bytes are base64 on the wire: the API shows it encoded twice.
    toData: (text) => ({
      type: "helm.sh/release.v1",
      data: { release: Buffer.from(text, "latin1").toString("base64") },
    }),
    toText: (object) => {
      const text = readRelease(object);
      return text === undefined ? undefined : Buffer.from(text, "base64").toString("latin1");
    },
  });
}

/** A ConfigMap for each revision (`HELM_DRIVER=configmap`). */
export function createConfigMapStorage(options: ObjectStorageOptions): Storage {
  return createObjectStorage(options, {
    kind: "ConfigMap",
    explains: false,
    toData: (text) => ({ data: { release: text } }),
    toText: readRelease,
  });
}

function readRelease(object: KubeObject): string | undefined {
  const { data } = object;
  return isValues(data) && typeof data.release === "string" ? data.release : undefined;
}
