import { CodedError } from "../base/errors.ts";

export type ChartErrorCode =
  | "InvalidArchive" // not a gzipped tar, or a path that leaves the chart
  | "TooLarge" // a limit on bytes or files was passed
  | "InvalidChart" // Chart.yaml or a file of the chart is missing or wrong
  | "InvalidValues" // values that are not a map, or a `--set` that does not parse
  | "SchemaViolation" // values do not meet values.schema.json
  | "InvalidDependencies" // values do not let conditions, tags and imports of subcharts be decided
  | "IncompatibleKubeVersion"
  | "RenderFailed" // a template failed
  | "InvalidManifest" // a rendered document does not parse
  | "PostRenderFailed"
  | "Unverified" // a keyring, a key or a signature that does not hold
  | "NotFound"; // the path of a chart does not exist

export interface ChartErrorOptions extends ErrorOptions {
  readonly rendered?: string;
}

/** Everything this room refuses. The texts are Helm's. */
export class ChartError extends CodedError<ChartErrorCode> {
  /** What the templates made, where it does not parse: for who looks for the mistake in it. Not for logs, it may hold secrets. */
  readonly rendered: string | undefined;

  constructor(code: ChartErrorCode, message: string, options: ChartErrorOptions = {}) {
    super(code, message, options);
    this.rendered = options.rendered;
  }
}
