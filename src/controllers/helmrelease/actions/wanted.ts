import type { Values } from "../../../base/value.ts";
import type { Chart } from "../../../chart/index.ts";

/** What is wanted, loaded and composed: everything that an action needs besides the cluster. */
export interface Wanted {
  readonly chart: Chart;
  readonly values: Values;
  readonly ociDigest: string;
  /** Flux: with the gate AllowDNSLookups, templates may ask for the addresses of hosts. */
  readonly resolveHost?: (name: string) => Promise<string | undefined>;
}
