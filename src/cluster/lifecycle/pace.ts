/** How long the steps of a simulated workload take, in milliseconds. */
export interface Pace {
  /** From a Pod without a node to one on a node. */
  readonly schedule: number;
  /** The pulling of an image, and the start of the containers after it. */
  readonly pull: number;
  /** From a running container with a readiness probe to a ready one. */
  readonly ready: number;
  /** What a command that ends takes. */
  readonly run: number;
  /** From ErrImagePull to ImagePullBackOff, and the first pause before a failed container starts again. */
  readonly backOff: number;
  /** From a deletion to the end of a Pod. */
  readonly stop: number;
}

/** Quick, but slow enough that a watcher sees each step. */
export const defaultPace: Pace = { schedule: 20, pull: 120, ready: 80, run: 200, backOff: 400, stop: 60 };
