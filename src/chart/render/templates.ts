import type { Values } from "../../base/value.ts";
import { beginWork, LookupPending, TemplateError } from "../../template/index.ts";
import { ChartError } from "../errors.ts";
import type { Lookup, RenderOptions } from "../types.ts";
import { ApiVersionsPending } from "./capabilities-object.ts";
import { compiledTemplates } from "./compiled.ts";
import { isPartial, type RenderedFile } from "./manifests.ts";
import { renderables, type ScopeOptions } from "./scopes.ts";

/** What renders: the processed chart, and fresh values for each attempt because templates may change them. */
export interface TemplateRun extends Omit<ScopeOptions, "values" | "pending"> {
  /** The chart as it was loaded: the key under which its compiled templates are kept. */
  readonly loaded: RenderOptions["chart"];
  readonly freshValues: () => Values;
  readonly readApiVersions?: RenderOptions["readApiVersions"];
  readonly lookup: Lookup | undefined;
  readonly resolveHost?: RenderOptions["resolveHost"];
  readonly strict: boolean;
  readonly lint: boolean;
  readonly now: (() => Date) | undefined;
  readonly limits: RenderOptions["limits"];
  readonly log: RenderOptions["log"];
}

// Each attempt answers at least one new question, so this bounds the questions of a chart and the time it can take.
const maxAttempts = 1000;

/**
 * Runs every template that is no partial. Templates are synchronous: one that looks up what is not known yet is stopped, the answer is
 * fetched, and all are run again. Throws ChartError with Helm's text for a template that fails.
 */
export async function renderTemplates(given: TemplateRun): Promise<RenderedFile[]> {
  const answers: Answers = { objects: new Map(), hosts: new Map() };
  let run = given;
  for (let attempt = 0; attempt < maxAttempts; attempt += 1) {
    try {
      return renderOnce(run, answers);
    } catch (error) {
      if (error instanceof TemplateError) throw new ChartError("RenderFailed", error.message, { cause: error });
      if (error instanceof ApiVersionsPending && run.readApiVersions !== undefined) {
        const capabilities = { ...run.capabilities, apiVersions: await run.readApiVersions() };
        run = { ...run, capabilities, readApiVersions: undefined };
        continue;
      }
      if (error instanceof HostPending && run.resolveHost !== undefined) {
        answers.hosts.set(error.objectName, await run.resolveHost(error.objectName));
        continue;
      }
      if (!(error instanceof LookupPending) || run.lookup === undefined) throw error;
      const { apiVersion, kind, namespace, objectName: name } = error;
      answers.objects.set(
        questionKey(apiVersion, kind, namespace, name),
        await run.lookup({ apiVersion, kind, namespace, name }),
      );
    }
  }
  throw new ChartError("RenderFailed", `rendering template failed: more than ${maxAttempts} different lookups`);
}

/** What templates have asked for so far. */
interface Answers {
  readonly objects: Map<string, Values>;
  readonly hosts: Map<string, string | undefined>;
}

/** Thrown by a template that asks for a host's address that nobody has looked up yet. */
class HostPending extends LookupPending {
  constructor(name: string) {
    super({ apiVersion: "", kind: "Host", namespace: "", name });
  }
}

function renderOnce(run: TemplateRun, answers: Answers): RenderedFile[] {
  const templates = renderables({ ...run, values: run.freshValues(), pending: run.readApiVersions !== undefined });
  const set = compiledTemplates(run.loaded, { templates, strict: run.strict });
  const includes = new Map<string, number>();
  const work = beginWork();
  const lookup = (apiVersion: string, kind: string, namespace: string, name: string): unknown => {
    const answer = answers.objects.get(questionKey(apiVersion, kind, namespace, name));
    if (answer === undefined) throw new LookupPending({ apiVersion, kind, namespace, name });
    // Each caller gets its own: templates may change what they are given.
    return structuredClone(answer);
  };
  const getHostByName = (name: string): string => {
    if (!answers.hosts.has(name)) throw new HostPending(name);
    const address = answers.hosts.get(name);
    // Sprig takes one of the addresses by chance, and Go panics where there is none.
    if (address === undefined) throw new Error("invalid argument to Intn");
    return address;
  };
  const rendered: RenderedFile[] = [];
  for (const { name, scope, basePath } of templates) {
    if (isPartial(name)) continue;
    scope.Template = { Name: name, BasePath: basePath };
    const content = set.render(name, scope, {
      includes,
      work,
      ...(run.limits === undefined ? {} : { limits: run.limits }),
      lint: run.lint,
      ...(run.now === undefined ? {} : { now: run.now }),
      ...(run.lookup === undefined || run.lint ? {} : { lookup }),
      ...(run.resolveHost === undefined ? {} : { getHostByName }),
      // Helm logs what `required` and `fail` would have stopped at.
      warn: (message: string, about = "missing required value") =>
        run.log?.({ level: about === "funcMap fail" ? "INFO" : "WARN", message: about, attributes: { message } }),
    });
    rendered.push({ name, content });
  }
  return rendered;
}

function questionKey(...parts: readonly string[]): string {
  return JSON.stringify(parts);
}
