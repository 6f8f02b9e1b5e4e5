import type { CommandGroup, CommandNode } from "./command.ts";
import { globalFlags } from "./helm/global-flags.ts";
import { type FluxKind, fluxKinds, sources } from "./flux/kinds.ts";

const helmError = (message: string): string => `Error: ${message}\n`;
const fluxError = (message: string): string => `✗ ${message}\n`;

const getOf = () => import("./helm/get.ts");
const completion = () => import("./helm/completion.ts");
const suggest = () => import("./helm/suggest.ts");
const release = () => suggest().then((file) => file.release);
const chart = () => suggest().then((file) => file.chart);
const nameThenChart = () => suggest().then((file) => file.nameThenChart);
const repositories = () => suggest().then((file) => file.repositories);
const dependency = () => import("./helm/dependency.ts");
const refusals = () => import("./helm/refusals.ts");
const registry = () => import("./helm/registry.ts");
const repo = () => import("./helm/repo.ts");
const show = () => import("./helm/show.ts");

/** helm's commands, one lazily loaded file each. */
const helm: CommandGroup = {
  summary: "The helm commands, with helm's flags and output",
  isHelpful: true,
  globalFlags,
  switches: ["--debug", "--kube-insecure-skip-tls-verify"],
  printError: helmError,
  commands: {
    completion: {
      summary: "generate autocompletion scripts for the specified shell",
      commands: {
        bash: {
          summary: "generate autocompletion script for bash",
          load: () => completion().then((file) => file.bash),
        },
        fish: {
          summary: "generate autocompletion script for fish",
          load: () => completion().then((file) => file.fish),
        },
        powershell: {
          summary: "generate autocompletion script for powershell",
          load: () => completion().then((file) => file.powershell),
        },
        zsh: { summary: "generate autocompletion script for zsh", load: () => completion().then((file) => file.zsh) },
      },
    },
    create: {
      summary: "create a new chart with the given name",
      load: () => import("./helm/create/command.ts").then((file) => file.command),
    },
    dependency: {
      summary: "manage a chart's dependencies",
      aliases: ["dep", "dependencies"],
      commands: {
        build: {
          summary: "rebuild the charts/ directory based on the Chart.lock file",
          load: () => dependency().then((file) => file.build),
        },
        list: {
          summary: "list the dependencies for the given chart",
          aliases: ["ls"],
          load: () => import("./helm/dependency-list.ts").then((file) => file.command),
        },
        update: {
          summary: "update charts/ based on the contents of Chart.yaml",
          aliases: ["up"],
          load: () => dependency().then((file) => file.update),
        },
      },
    },
    env: {
      summary: "helm client environment information",
      load: () => import("./helm/env.ts").then((file) => file.command),
    },
    get: {
      summary: "download extended information of a named release",
      commands: {
        all: {
          summary: "download all information for a named release",
          load: () => getOf().then((file) => file.all),
          suggest: release,
        },
        hooks: {
          summary: "download all hooks for a named release",
          load: () => getOf().then((file) => file.hooks),
          suggest: release,
        },
        manifest: {
          summary: "download the manifest for a named release",
          load: () => getOf().then((file) => file.manifest),
          suggest: release,
        },
        metadata: {
          summary: "This command fetches metadata for a given release",
          load: () => getOf().then((file) => file.metadata),
          suggest: release,
        },
        notes: {
          summary: "download the notes for a named release",
          load: () => getOf().then((file) => file.notes),
          suggest: release,
        },
        values: {
          summary: "download the values file for a named release",
          load: () => getOf().then((file) => file.values),
          suggest: release,
        },
      },
    },
    history: {
      summary: "fetch release history",
      aliases: ["hist"],
      load: () => import("./helm/history.ts").then((file) => file.command),
      suggest: release,
    },
    install: {
      summary: "install a chart",
      load: () => import("./helm/install.ts").then((file) => file.command),
      suggest: nameThenChart,
    },
    lint: {
      summary: "examine a chart for possible issues",
      load: () => import("./helm/lint.ts").then((file) => file.command),
    },
    list: {
      summary: "list releases",
      aliases: ["ls"],
      load: () => import("./helm/list.ts").then((file) => file.command),
    },
    package: {
      summary: "package a chart directory into a chart archive",
      load: () => import("./helm/package.ts").then((file) => file.command),
    },
    plugin: {
      summary: "install, list, or uninstall Helm plugins",
      load: () => refusals().then((file) => file.plugin),
    },
    pull: {
      summary: "download a chart from a repository and (optionally) unpack it in local directory",
      aliases: ["fetch"],
      load: () => import("./helm/pull.ts").then((file) => file.command),
      suggest: chart,
    },
    push: { summary: "push a chart to remote", load: () => import("./helm/push.ts").then((file) => file.command) },
    registry: {
      summary: "login to or logout from a registry",
      commands: {
        login: { summary: "login to a registry", load: () => registry().then((file) => file.login) },
        logout: { summary: "logout from a registry", load: () => registry().then((file) => file.logout) },
      },
    },
    repo: {
      summary: "add, list, remove, update, and index chart repositories",
      commands: {
        add: { summary: "add a chart repository", load: () => repo().then((file) => file.add) },
        index: {
          summary: "generate an index file given a directory containing packaged charts",
          load: () => import("./helm/repo-index.ts").then((file) => file.command),
        },
        list: { summary: "list chart repositories", aliases: ["ls"], load: () => repo().then((file) => file.list) },
        remove: {
          summary: "remove one or more chart repositories",
          aliases: ["rm"],
          load: () => repo().then((file) => file.remove),
          suggest: repositories,
        },
        update: {
          summary: "update information of available charts locally from chart repositories",
          aliases: ["up"],
          load: () => repo().then((file) => file.update),
          suggest: repositories,
        },
      },
    },
    rollback: {
      summary: "roll back a release to a previous revision",
      load: () => import("./helm/rollback.ts").then((file) => file.command),
      suggest: release,
    },
    search: {
      summary: "search for a keyword in charts",
      commands: {
        hub: {
          summary: "search for charts in the Artifact Hub or your own hub instance",
          load: () => import("./helm/search-hub.ts").then((file) => file.command),
        },
        repo: {
          summary: "search repositories for a keyword in charts",
          load: () => import("./helm/search-repo.ts").then((file) => file.command),
        },
      },
    },
    show: {
      summary: "show information of a chart",
      aliases: ["inspect"],
      commands: {
        all: {
          summary: "show all information of the chart",
          load: () => show().then((file) => file.showAll),
          suggest: chart,
        },
        chart: {
          summary: "show the chart's definition",
          load: () => show().then((file) => file.showChart),
          suggest: chart,
        },
        crds: { summary: "show the chart's CRDs", load: () => show().then((file) => file.showCrds), suggest: chart },
        readme: {
          summary: "show the chart's README",
          load: () => show().then((file) => file.showReadme),
          suggest: chart,
        },
        values: {
          summary: "show the chart's values",
          load: () => show().then((file) => file.showValues),
          suggest: chart,
        },
      },
    },
    status: {
      summary: "display the status of the named release",
      load: () => import("./helm/status.ts").then((file) => file.command),
      suggest: release,
    },
    template: {
      summary: "locally render templates",
      load: () => import("./helm/template.ts").then((file) => file.command),
      suggest: nameThenChart,
    },
    test: {
      summary: "run tests for a release",
      load: () => import("./helm/test.ts").then((file) => file.command),
      suggest: release,
    },
    uninstall: {
      summary: "uninstall a release",
      aliases: ["del", "delete", "un"],
      load: () => import("./helm/uninstall.ts").then((file) => file.command),
      suggest: release,
    },
    upgrade: {
      summary: "upgrade a release",
      load: () => import("./helm/upgrade.ts").then((file) => file.command),
      suggest: () => suggest().then((file) => file.releaseThenChart),
    },
    version: {
      summary: "print the helm version information",
      load: () => import("./helm/version.ts").then((file) => file.command),
    },
    verify: {
      summary: "verify that a chart at the given path has been signed and is valid",
      load: () => import("./helm/verify.ts").then((file) => file.command),
    },
  },
};

/** A group with a command for each kind: `get source git`, `suspend helmrelease`. */
function byKind(summary: string, kinds: readonly FluxKind[], load: (kind: FluxKind) => Promise<unknown>): CommandGroup {
  const leaf = (kind: FluxKind): CommandNode => ({
    summary: `${kind.kind} objects`,
    aliases: kind.aliases,
    load: () => load(kind),
  });
  const named = kinds.filter((kind) => !kind.isSource).map((kind) => [kind.words[0]!, leaf(kind)] as const);
  const ofSources = Object.fromEntries(
    kinds.filter((kind) => kind.isSource).map((kind) => [kind.words[1]!, leaf(kind)]),
  );
  return {
    summary,
    commands: {
      ...Object.fromEntries(named),
      source: { summary: `${summary}: sources`, aliases: ["sources"], commands: ofSources },
    },
  };
}

const get = byKind("Print the status of objects", fluxKinds, (kind) =>
  import("./flux/get.ts").then((file) => file.getCommand(kind)),
);
const getSource = get.commands.source as CommandGroup;

/** Everything that `cox` can do. A command is listed here and nowhere else. */
export const cox: CommandGroup = {
  summary: "Coxswain keeps the Helm releases of a Kubernetes cluster equal to what Git says",
  printError: fluxError,
  switches: ["--verbose", "--disable-compression", "--insecure-skip-tls-verify"],
  commands: {
    up: { summary: "Start the playground", load: () => import("./up.ts").then((file) => file.command) },
    cluster: {
      summary: "The embedded Kubernetes API alone",
      commands: {
        start: { summary: "Start it in the background", load: () => import("./cluster.ts").then((file) => file.start) },
        stop: { summary: "Stop it; its state is kept", load: () => import("./cluster.ts").then((file) => file.stop) },
        status: { summary: "Say whether it runs", load: () => import("./cluster.ts").then((file) => file.status) },
        reset: {
          summary: "Stop it and forget everything in it",
          load: () => import("./cluster.ts").then((file) => file.reset),
        },
        serve: { summary: "Run it in the foreground", load: () => import("./cluster.ts").then((file) => file.serve) },
      },
    },
    run: {
      summary: "Run the controllers in the foreground",
      load: () => import("./run-controllers.ts").then((file) => file.command),
    },
    registry: {
      summary: "The embedded OCI registry alone",
      commands: {
        serve: { summary: "Run it in the foreground", load: () => import("./registry.ts").then((file) => file.serve) },
      },
    },
    install: {
      summary: "Print the manifests for a cluster",
      load: () => import("./install.ts").then((file) => file.command),
    },
    get: {
      ...get,
      commands: {
        ...get.commands,
        source: {
          ...getSource,
          commands: {
            ...getSource.commands,
            all: {
              summary: "All sources",
              load: () => import("./flux/get.ts").then((file) => file.getAllCommand(sources)),
            },
          },
        },
        all: { summary: "All objects", load: () => import("./flux/get.ts").then((file) => file.getAll) },
      },
    },
    reconcile: byKind("Reconcile objects now", fluxKinds, (kind) =>
      import("./flux/reconcile.ts").then((file) => file.reconcileCommand(kind)),
    ),
    suspend: byKind("Suspend objects", fluxKinds, (kind) =>
      import("./flux/suspend.ts").then((file) => file.suspendCommand(kind)),
    ),
    events: {
      summary: "Display Kubernetes events for Flux resources",
      load: () => import("./flux/events.ts").then((file) => file.command),
    },
    delete: byKind("Delete objects", fluxKinds, (kind) =>
      import("./flux/delete.ts").then((file) => file.deleteCommand(kind)),
    ),
    export: byKind("Export objects in YAML format", fluxKinds, (kind) =>
      import("./flux/export.ts").then((file) => file.exportCommand(kind)),
    ),
    resume: byKind("Resume suspended objects", fluxKinds, (kind) =>
      import("./flux/suspend.ts").then((file) => file.resumeCommand(kind)),
    ),
    helm,
  },
};
