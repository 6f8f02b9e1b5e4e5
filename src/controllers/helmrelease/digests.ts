import { type DigestAlgorithm, digestSync } from "../../base/node/digest.ts";
import type { HelmRelease } from "../../api/index.ts";

/** The digest of the post renderers as Go writes them in JSON, with a newline; empty where there are none. */
export function postRenderersDigest({ spec }: HelmRelease, algorithm: DigestAlgorithm = "sha256"): string {
  const { postRenderers } = spec;
  if (postRenderers === undefined) return "";
  const ordered = postRenderers.map(({ kustomize }) =>
    kustomize === undefined
      ? {}
      : {
          kustomize: inOrder(
            {
              patches: kustomize.patches?.map(({ patch, target }) => ({
                patch,
                ...(target === undefined
                  ? {}
                  : {
                      target: inOrder(target, [
                        "group",
                        "version",
                        "kind",
                        "namespace",
                        "name",
                        "annotationSelector",
                        "labelSelector",
                      ]),
                    }),
              })),
              images: kustomize.images?.map((image) => inOrder(image, ["name", "newName", "newTag", "digest"])),
            },
            ["patches", "images"],
          ),
        },
  );
  return digestOf(ordered, algorithm);
}

/** The same of the common metadata. */
export function commonMetadataDigest({ spec }: HelmRelease, algorithm: DigestAlgorithm = "sha256"): string {
  const { commonMetadata } = spec;
  if (commonMetadata === undefined) return "";
  return digestOf(
    inOrder({ annotations: sorted(commonMetadata.annotations), labels: sorted(commonMetadata.labels) }, [
      "annotations",
      "labels",
    ]),
    algorithm,
  );
}

function digestOf(value: unknown, algorithm: DigestAlgorithm): string {
  return digestSync(algorithm, `${goJson(value)}\n`);
}

/** Go's encoder escapes what would end a script element; everything else is as in JavaScript. */
function goJson(value: unknown): string {
  return JSON.stringify(value).replaceAll(
    /[<>&\u2028\u2029]/g,
    (found) => `\\u${found.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/** Members in the order of the Go struct; absent, empty and undefined ones are left out, as `omitempty` does. */
function inOrder<T extends object>(value: T, keys: readonly (keyof T & string)[]): Record<string, unknown> {
  const entries = keys.map((key) => [key, value[key]] as const);
  return Object.fromEntries(
    entries.filter(
      ([, member]) => member !== undefined && member !== "" && !(Array.isArray(member) && member.length === 0),
    ),
  );
}

function sorted(map: Readonly<Record<string, string>> | undefined): Readonly<Record<string, string>> | undefined {
  if (map === undefined || Object.keys(map).length === 0) return undefined;
  return Object.fromEntries(Object.entries(map).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}
