export type Severity = "INFO" | "WARNING" | "ERROR";

/** One finding of the linter. */
export interface LintMessage {
  readonly severity: Severity;
  /** The file or folder that it is about. */
  readonly path: string;
  readonly text: string;
}

/** Collects findings; a rule gives the text of what is wrong, or undefined. */
export class Findings {
  readonly messages: LintMessage[] = [];

  /** Notes a finding, if there is one; true when there is none. */
  check(severity: Severity, path: string, text: string | undefined): boolean {
    if (text !== undefined) this.messages.push({ severity, path, text });
    return text === undefined;
  }
}
