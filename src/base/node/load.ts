/** The parts of Node that this code needs synchronously, found without importing them, so that other hosts can load this room too. */
interface Host {
  getBuiltinModule?(name: string): unknown;
}

/** A builtin module of Node; an error that says so where there is none. */
export function loadBuiltin<T>(name: string): T {
  const host = (globalThis as { process?: Host }).process;
  const module = host?.getBuiltinModule?.(name);
  if (module === undefined) throw new Error(`cannot load ${name}: this needs Node`);
  return module as T;
}

const packages = new Map<string, unknown>();

/** A package, loaded at its first use: most templates need none of the heavy ones, and start-up should not pay for them. */
export function loadPackage<T>(name: string): T {
  let loaded = packages.get(name);
  if (loaded === undefined) {
    const { createRequire } = loadBuiltin<{ createRequire(from: string): (name: string) => unknown }>("node:module");
    loaded = createRequire(import.meta.url)(name);
    packages.set(name, loaded);
  }
  return loaded as T;
}
