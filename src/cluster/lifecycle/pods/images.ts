/** Why an image cannot be had, as kubelet says it. */
export interface ImageProblem {
  readonly reason: "ErrImagePull" | "InvalidImageName";
  readonly message: string;
}

/**
 * The images that there are not: a reference that contains `does-not-exist`, and one that is no reference. Everything else
 * can be pulled; nothing is ever fetched.
 */
export function imageProblem(image: string): ImageProblem | undefined {
  if (!reference.test(image)) {
    return {
      reason: "InvalidImageName",
      message: `Failed to apply default image tag ${JSON.stringify(image)}: couldn't parse image name ${JSON.stringify(image)}: invalid reference format`,
    };
  }
  if (!image.includes("does-not-exist")) return undefined;
  const full = normalize(image);
  return {
    reason: "ErrImagePull",
    message: `rpc error: code = NotFound desc = failed to pull and unpack image ${JSON.stringify(full)}: failed to resolve reference ${JSON.stringify(full)}: ${full}: not found`,
  };
}

// The grammar of image references: host, path of lower case names, tag, digest.
const reference =
  /^(?:[a-zA-Z0-9](?:[a-zA-Z0-9.-]*[a-zA-Z0-9])?(?::\d+)?\/)?[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*)*(?::\w[\w.-]{0,127})?(?:@[a-z0-9]+(?:[+._-][a-z0-9]+)*:[0-9a-fA-F]{32,})?$/;

/** A reference with its registry and tag: `nginx` is `docker.io/library/nginx:latest`. */
export function normalize(image: string): string {
  const [first = "", ...rest] = image.split("/");
  const isHost = rest.length > 0 && (/[.:]/.test(first) || first === "localhost");
  const path = isHost ? rest.join("/") : image;
  const full = isHost ? image : `docker.io/${path.includes("/") ? path : `library/${path}`}`;
  return /@|:[^/]*$/.test(full.slice(full.lastIndexOf("/"))) ? full : `${full}:latest`;
}
