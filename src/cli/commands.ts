import type { CommandGroup } from "./command.ts";

const helmError = (message: string): string => `Error: ${message}\n`;
const fluxError = (message: string): string => `✗ ${message}\n`;

/** helm's commands, one lazily loaded file each. */
const helm: CommandGroup = {
  summary: "The helm commands, with helm's flags and output",
  printError: helmError,
  commands: {
    template: {
      summary: "locally render templates",
      load: () => import("./helm/template.ts").then((file) => file.command),
    },
  },
};

/** Everything that `cox` can do. A command is listed here and nowhere else. */
export const cox: CommandGroup = {
  summary: "Coxswain keeps the Helm releases of a Kubernetes cluster equal to what Git says",
  printError: fluxError,
  commands: { helm },
};
