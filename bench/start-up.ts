// `npm run bench -- start-up`: the shortest command that each program has, as a whole process.
import { both, hasHelm, helm4, table, timeAlone, timePairs } from "./sample.ts";

const head = ["what", "cox, minimum / median", "helm4, minimum / median", "ratio of pairs"];
const name = "`cox --version`, `helm4 version`";
if (hasHelm) {
  const { ours, theirs, ratio } = timePairs(["bin/cox", "--version"], [helm4, "version"]);
  process.stdout.write(table(head, [[name, both(ours), both(theirs), ratio.toFixed(2)]]));
} else process.stdout.write(table(head, [[name, both(timeAlone(["bin/cox", "--version"])), "–", "–"]]));
