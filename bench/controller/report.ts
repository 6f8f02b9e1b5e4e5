/** What one phase of the load took. */
export interface Measured {
  readonly phase: string;
  readonly wall: number; // seconds
  readonly cpu: number; // seconds
  readonly peak: number; // MB
  readonly requests: number;
  /** How many releases were reconciled, by the program's own metrics; for a phase that nobody asked for. */
  readonly reconciles?: number;
}

export interface Result {
  readonly name: string;
  readonly phases: readonly Measured[];
}

/** A table in Markdown: a row for each phase and contestant, and the ratio of the last one to the first where there are two. Pure. */
export function formatReport(count: number, results: readonly Result[]): string {
  const lines = [
    "| phase | who | wall | CPU | CPU for each | peak memory | requests for each |",
    "|---|---|---|---|---|---|---|",
  ];
  for (const { phase } of results[0]?.phases ?? []) {
    const measured = results.map(({ phases }) => phases.find((one) => one.phase === phase));
    results.forEach(({ name }, index) => {
      const one = measured[index];
      if (one !== undefined) lines.push(`| ${phase} | ${name} | ${cells(one, count).join(" | ")} |`);
    });
    const [theirs, ours] = measured;
    if (theirs !== undefined && ours !== undefined)
      lines.push(`| ${phase} | ratio | ${ratios(ours, theirs, count).join(" | ")} |`);
  }
  return `${lines.join("\n")}\n`;
}

function cells(one: Measured, count: number): readonly string[] {
  const work = one.reconciles ?? count;
  return [
    `${one.wall.toFixed(1)} s`,
    `${one.cpu.toFixed(2)} s`,
    work === 0 ? "–" : `${((one.cpu * 1000) / work).toFixed(1)} ms`,
    `${one.peak.toFixed(0)} MB`,
    work === 0 ? "–" : (one.requests / work).toFixed(2),
  ];
}

function ratios(ours: Measured, theirs: Measured, count: number): readonly string[] {
  const ratio = (mine: number, others: number): string => (others === 0 ? "–" : (mine / others).toFixed(2));
  const each = (value: number, one: Measured): number => value / Math.max(one.reconciles ?? count, 1);
  return [
    ratio(ours.wall, theirs.wall),
    ratio(ours.cpu, theirs.cpu),
    ratio(each(ours.cpu, ours), each(theirs.cpu, theirs)),
    ratio(ours.peak, theirs.peak),
    ratio(each(ours.requests, ours), each(theirs.requests, theirs)),
  ];
}
