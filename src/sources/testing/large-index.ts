import { createHash } from "node:crypto";

/** How large an index is to be, and the SHA-256 of the archives that its first chart's versions name. */
export interface IndexShape {
  readonly charts: number;
  readonly versionsOfEach: number;
  /** The most bytes that it may have: descriptions are as long as fills them. */
  readonly size: number;
  readonly digest: string;
}

/**
 * An index.yaml in the order and style that helm writes: entries with about what bitnami's have where there is room for that, and
 * with what a chart needs and a description where there is not. Throws where not even that fits.
 */
export function makeIndex(shape: IndexShape): string {
  for (const isRich of [true, false]) {
    const room = Math.floor((shape.size - format(shape, { isRich, description: "" }).length) / countOf(shape));
    if (room >= 0) return format(shape, { isRich, description: prose.repeat(room / prose.length + 1).slice(0, room) });
  }
  throw new Error(`cannot make an index of ${countOf(shape)} entries in ${shape.size} bytes`);
}

const prose = "Described-at-some-length-so-that-the-index-is-as-large-as-they-come, chart of a repository. ";

function countOf({ charts, versionsOfEach }: IndexShape): number {
  return charts * versionsOfEach;
}

function format(
  { charts, versionsOfEach, digest }: IndexShape,
  { isRich, description }: { readonly isRich: boolean; readonly description: string },
): string {
  const lines = ["apiVersion: v1", "entries:"];
  for (let chart = 0; chart < charts; chart += 1) {
    lines.push(`  chart-${chart}:`);
    const page = `https://charts.test/chart-${chart}`;
    const images = [0, 1, 2].flatMap((part) => [
      `        - name: chart-${chart}-${part}`,
      `          image: docker.io/example/chart-${chart}:1`,
    ]);
    for (let version = versionsOfEach - 1; version >= 0; version -= 1)
      lines.push(
        "  - annotations:",
        "      category: Infrastructure",
        ...(isRich ? ["      images: |", ...images] : []),
        "    apiVersion: v2",
        `    appVersion: ${version}.0.0`,
        `    created: "2026-11-${String(1 + (version % 28)).padStart(2, "0")}T10:00:00.000000000Z"`,
        "    dependencies:",
        "    - name: common",
        "      repository: oci://registry.test/charts",
        ...(isRich ? ["      tags:", "      - bitnami-common"] : []),
        "      version: 2.x.x",
        `    description: "${description}"`,
        `    digest: ${chart === 0 ? digest : createHash("sha256").update(`${chart} ${version}`).digest("hex")}`,
        ...(isRich ? [`    home: ${page}`, `    icon: ${page}.png`] : []),
        "    keywords:",
        "    - example",
        "    maintainers:",
        "    - name: The maintainers",
        ...(isRich ? ["      url: https://charts.test/maintainers"] : []),
        `    name: chart-${chart}`,
        ...(isRich ? ["    sources:", `    - ${page}/source`] : []),
        "    urls:",
        `    - chart-${chart}-1.${version}.0.tgz`,
        `    version: 1.${version}.0`,
      );
  }
  lines.push('generated: "2026-11-25T10:00:00.000000000Z"', "");
  return lines.join("\n");
}
