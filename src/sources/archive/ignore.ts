import { type IgnorePattern, isIgnored, parseIgnoreFile, parseIgnorePattern } from "../../base/gitignore.ts";
import type { SourceTree } from "../tree.ts";

const versionControl = [".git/", ".gitignore", ".gitmodules", ".gitattributes"];

// Flux: sourceignore.DefaultPatterns.
const defaults =
  "*.jpg *.jpeg *.gif *.png *.wmv *.flv *.tar.gz *.zip .github/ .circleci/ .travis.yml .gitlab-ci.yml appveyor.yml .drone.yml cloudbuild.yaml codeship-services.yml codeship-steps.yml **/.goreleaser.yml **/.sops.yaml **/.flux.yaml".split(
    " ",
  );

const ignoreFile = ".sourceignore";

/**
 * What of a source goes into its artifact: version control files never do; the defaults count only when neither the
 * tree's .sourceignore files nor `ignore`, the object's own patterns, say anything.
 */
export async function filterIgnored(tree: SourceTree, ignore?: string): Promise<SourceTree> {
  const patterns: IgnorePattern[] = [];
  for (const file of tree.files) {
    const folders = file.path.split("/");
    if (folders.pop() !== ignoreFile || folders.includes(".git")) continue;
    patterns.push(...parseIgnoreFile(new TextDecoder().decode(await file.read()), folders));
  }
  // A walk meets the files of a folder's subfolders later than those of the folder, and later patterns win.
  patterns.sort((a, b) => a.domain.length - b.domain.length);
  if (ignore !== undefined) patterns.push(...parseIgnoreFile(ignore));
  const all = [...versionControl, ...(patterns.length === 0 ? defaults : [])].map((line) => parseIgnorePattern(line));
  all.push(...patterns);
  return {
    files: tree.files.filter((file) => !isIgnored(all, file.path, "file")),
    folders: tree.folders.filter((folder) => !isIgnored(all, folder, "directory")),
  };
}
