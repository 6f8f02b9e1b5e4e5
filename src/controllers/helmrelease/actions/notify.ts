import type { Context } from "../../runtime/index.ts";
import type { Ledger } from "../ledger.ts";

/** Flux's event about an action: annotated with what revision and which values it was about. */
export function notify(
  ledger: Ledger,
  context: Context,
  type: "Normal" | "Warning",
  reason: string,
  message: string,
  about: {
    readonly chartVersion: string;
    readonly appVersion?: string | undefined;
    readonly ociDigest?: string | undefined;
  },
  token: string,
): void {
  const group = "helm.toolkit.fluxcd.io";
  context.events.record(ledger.release, {
    type,
    reason,
    message,
    annotations: {
      [`${group}/revision`]: about.chartVersion,
      [`${group}/token`]: token,
      ...(about.appVersion === undefined || about.appVersion === ""
        ? {}
        : { [`${group}/app-version`]: about.appVersion }),
      ...(about.ociDigest === undefined || about.ociDigest === "" ? {} : { [`${group}/oci-digest`]: about.ociDigest }),
    },
  });
}
