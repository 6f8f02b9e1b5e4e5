import type { HelmRelease } from "../../api/index.ts";
import type { DigestAlgorithm } from "../../base/node/digest.ts";
import type { Concealer } from "../concealment.ts";
import { type Context, writeStatus } from "../runtime/index.ts";
import { commonMetadataDigest, postRenderersDigest } from "./digests.ts";
import { withGatedDefaults } from "./gated-defaults.ts";
import type { Status } from "./history.ts";
import { releaseNameOf } from "./names.ts";
import { record, type StatusEvent } from "./status.ts";
import type { ReleaseStorage, StoredReleases } from "./stored-releases.ts";

/** Flux's name for the program that reconciles releases: field manager, event component, and author of what it applies. */
export const manager = "helm-controller";

/** What is known of a release while it is reconciled: the object, with a status that runs ahead of the stored one. */
export interface Ledger {
  readonly release: HelmRelease;
  readonly status: Status;
  /** Notes what happened. Nothing is written until `save`. */
  tell(event: StatusEvent): void;
  /** Forgets what was told since the status was written last. */
  forget(): void;
  /** Writes the status where it differs from the stored one. */
  save(): Promise<void>;
  /** Keeps what the release's Secrets hold out of what is told. */
  readonly concealer: Concealer;
  /** Of the digests that are written. */
  readonly algorithm: DigestAlgorithm;
  /** Whose changes are taken from them where drift is looked for. */
  readonly overriddenManagers: readonly string[];
  /** Where helm keeps the release, as it is read and written in the context that acts for the release. */
  storage(acting: Context): ReleaseStorage;
}

export function openLedger(
  object: HelmRelease,
  context: Context,
  options: {
    readonly releases: StoredReleases;
    readonly concealer: Concealer;
    readonly featureGates?: ReadonlySet<string>;
    readonly algorithm?: DigestAlgorithm | undefined;
    readonly overriddenManagers?: readonly string[] | undefined;
  },
): Ledger {
  const { releases, concealer, featureGates = new Set(), algorithm = "sha256", overriddenManagers = [] } = options;
  let stored = object;
  let storage: ReleaseStorage | undefined;
  let place: string | undefined;
  // The API's default says that nothing was observed; a status that is written says what was.
  let status: Status = object.status ?? {};
  const digests = {
    postRenderersDigest: postRenderersDigest(object, algorithm),
    commonMetadataDigest: commonMetadataDigest(object, algorithm),
  };
  return {
    get release() {
      return withGatedDefaults({ ...stored, status }, featureGates);
    },
    get status() {
      return status;
    },
    concealer,
    algorithm,
    overriddenManagers,
    tell(event) {
      status = record(status, concealed(event, concealer), { now: context.now(), release: stored, ...digests });
    },
    forget() {
      status = stored.status ?? {};
    },
    async save() {
      const { spec } = stored;
      const { generation = 0 } = stored.metadata;
      const written = await writeStatus(context, stored, status, manager);
      // One look acts on one spec: what a person changes meanwhile is for the next, not for half of this one.
      stored = { ...written, spec, metadata: { ...written.metadata, generation } };
    },
    storage({ client, now }) {
      const { storageNamespace: namespace = "" } = status;
      if (storage === undefined || place !== namespace)
        storage = releases.open({ client, now, namespace, name: releaseNameOf(stored) });
      place = namespace;
      return storage;
    },
  };
}

/** A failure may quote anything: what is known to be secret is taken out of it. */
function concealed(event: StatusEvent, { conceal }: Concealer): StatusEvent {
  switch (event.event) {
    case "notReady":
    case "stalled":
    case "drifted":
      return { ...event, message: conceal(event.message) };
    case "released":
      if (event.error === undefined) return event;
      return { ...event, error: conceal(event.error), summary: conceal(event.summary) };
    case "tested":
    case "rolledBack":
    case "remediatedByUninstall":
    case "uninstalled":
    case "unlocked":
      return event.ok ? event : { ...event, summary: conceal(event.summary) };
    default:
      return event;
  }
}
