import type { Program } from "./stage.ts";

/** A release's life, step by step. */
export interface Story {
  readonly name: string;
  /** Where releases are kept; Secrets when absent. */
  readonly driver?: "configmap";
  readonly steps: readonly Step[];
  /** What one program left matters to the next: all sequences are worth their time. */
  readonly entangled?: boolean;
}

/** A command line of helm, and words that only one of the two knows. */
export interface Step {
  readonly line: string;
  readonly only3?: string;
  readonly only4?: string;
  /** `sometimes`: only where a server-side apply meets what somebody else holds. */
  readonly fails?: boolean | "sometimes";
  /** A change that somebody else makes before the step: a merge patch of the Deployment of that name. */
  readonly meddle?: { readonly name: string; readonly patch: unknown };
}

export const stories: readonly Story[] = [
  {
    name: "a chart with hooks, tests, subcharts, notes and many kinds",
    entangled: true,
    steps: [
      { line: "install shop ./shop --set text=one --labels team=blue" },
      {
        line: "upgrade shop ./shop --set text=two,extra=true,cache.enabled=false --description mine --labels team=red",
      },
      { line: "rollback shop 1" },
      { line: "test shop" },
      { line: "uninstall shop" },
    ],
  },
  {
    name: "custom resources, and objects that are kept",
    steps: [
      { line: "install plots ./plots" },
      { line: "upgrade plots ./plots --set height=7 --wait" },
      { line: "rollback plots" },
      { line: "uninstall plots" },
    ],
  },
  {
    name: "a history that is kept, and a name that is taken again",
    steps: [
      { line: "install small ./small --set port=81" },
      { line: "uninstall small --keep-history --description gone" },
      { line: "upgrade small ./small --install --set port=82" },
      { line: "upgrade small ./small --reuse-values --set label=two --history-max 2" },
      { line: "uninstall small" },
    ],
  },
  {
    name: "writes by the client, with others meddling",
    entangled: true,
    steps: [
      { line: "install small ./small", only4: "--server-side=false" },
      {
        line: "upgrade small ./small --set label=two",
        meddle: { name: "small", patch: { spec: { replicas: 3 }, metadata: { annotations: { by: "hand" } } } },
      },
      { line: "upgrade small ./small --set label=three --set command[0]=c", only4: "--server-side=true" },
      { line: "rollback small 1" },
    ],
  },
  {
    name: "steps that fail",
    steps: [
      { line: "install small ./small" },
      { line: "upgrade small ./small --set port=0,label=two", fails: true },
      { line: "upgrade small ./small --set port=83 --reset-then-reuse-values" },
      { line: "rollback small 2", fails: true },
      { line: "uninstall small --no-hooks" },
    ],
  },
  {
    name: "failures that undo themselves",
    steps: [
      { line: "install small ./small" },
      {
        line: "upgrade small ./small --set port=0,label=two --timeout 10s",
        only3: "--atomic",
        only4: "--rollback-on-failure",
        fails: true,
      },
      { line: "upgrade small ./small --set label=three --history-max 3 --cleanup-on-fail" },
      { line: "rollback small --history-max 3 --no-hooks", only4: "--server-side=false" },
      { line: "uninstall small --cascade foreground" },
    ],
  },
  {
    name: "objects that come back",
    steps: [
      { line: "install plots ./plots --set height=3" },
      { line: "uninstall plots" },
      { line: "install plots ./plots --skip-crds" },
      { line: "upgrade plots ./plots --install --set height=4 --take-ownership" },
      { line: "uninstall plots" },
    ],
  },
  {
    name: "fields that somebody else holds",
    entangled: true,
    steps: [
      { line: "install small ./small --set replicas=1" },
      {
        line: "upgrade small ./small --set replicas=2",
        meddle: { name: "small", patch: { spec: { replicas: 3 } } },
        fails: "sometimes",
      },
      {
        line: "upgrade small ./small --set replicas=4,label=two",
        only3: "--force",
        only4: "--force-conflicts --server-side=true",
        fails: "sometimes",
      },
      { line: "rollback small 1", meddle: { name: "small", patch: { spec: { paused: true } } }, fails: "sometimes" },
      { line: "uninstall small" },
    ],
  },
  {
    name: "releases in ConfigMaps",
    driver: "configmap",
    steps: [
      { line: "install small ./small --labels team=blue" },
      { line: "upgrade small ./small --set port=85 --labels team=null,x=y" },
      { line: "rollback small 1" },
      { line: "uninstall small --keep-history" },
    ],
  },
];

/** The words of a step for a program. */
export function wordsOf({ line, only3, only4 }: Step, program: Program): readonly string[] {
  const own = program === "helm3" ? only3 : only4;
  return [...line.split(" "), ...(own === undefined ? [] : own.split(" "))];
}

export type Sequence = readonly Program[];

/** All ways to share the first three steps among the programs; who does the others follows from these, in turn. */
export function everySequence(steps: number): readonly Sequence[] {
  let sequences: readonly Sequence[] = [[]];
  for (let step = 0; step < Math.min(steps, 3); step += 1)
    sequences = sequences.flatMap((before) => order.map((program) => [...before, program]));
  return sequences
    .map((sequence, index) => [...sequence, ...inTurn(index, steps - sequence.length)])
    .filter((sequence) => sequence.includes("cox"));
}

/** Three ways: every program does each step once, and follows another. */
export function turns(steps: number): readonly Sequence[] {
  return order.map((_, first) => inTurn(first, steps));
}

function inTurn(first: number, steps: number): Sequence {
  return Array.from({ length: steps }, (_, step) => order[(first + step) % order.length] as Program);
}

const order: readonly Program[] = ["cox", "helm3", "helm4"];

/** The same life without cox, which has to leave the same behind: cox writes what helm 4 writes. */
export function referenceOf(sequence: Sequence): Sequence {
  return sequence.map((program) => (program === "cox" ? "helm4" : program));
}
