// Compares ours with the real helm. `npm run conformance -- …`
//   [FOLDER] [--chart NAME] [--id CASE] [--json FILE]     recordings of `helm template` (FOLDER/cases.json)
//   --against-helm FOLDER [--fuzz N] [--seed S] [--chart NAME] [--case K]
//                                                         every chart of a folder, with the helm 4 that is there
//   --grammar N [--seed S] [--case K]                     random templates, with helm's engine as a Go program
import { parseArgs } from "node:util";
import { runAgainstHelm, runGrammar, runRecordings } from "./commands.ts";

process.env.TZ = "UTC";

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    chart: { type: "string", multiple: true },
    id: { type: "string" },
    json: { type: "string" },
    "against-helm": { type: "string" },
    fuzz: { type: "string", default: "0" },
    grammar: { type: "string" },
    seed: { type: "string", default: "1" },
    case: { type: "string" },
  },
});

try {
  const passed = await run();
  process.exitCode = passed ? 0 : 1;
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 2;
}

async function run(): Promise<boolean> {
  const { chart: charts, id, json, "against-helm": folder, grammar } = options;
  const seed = Number(options.seed);
  const only = options.case === undefined ? {} : { only: Number(options.case) };
  if (grammar !== undefined) return await runGrammar({ count: Number(grammar), seed, ...only });
  if (folder !== undefined)
    return await runAgainstHelm({
      folder,
      fuzz: Number(options.fuzz),
      seed,
      ...only,
      ...(charts === undefined ? {} : { charts }),
    });
  return await runRecordings({
    folder: positionals[0] ?? "../shared/charts",
    ...(charts === undefined ? {} : { charts }),
    ...(id === undefined ? {} : { id }),
    ...(json === undefined ? {} : { json }),
  });
}
