import { access } from "node:fs/promises";

/** True when there is something at the path that may be looked at. */
export async function exists(path: string): Promise<boolean> {
  return await access(path).then(
    () => true,
    () => false,
  );
}
