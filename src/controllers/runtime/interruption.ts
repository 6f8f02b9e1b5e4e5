/** The object whose change asks for another look at an object while one is under way. */
export interface Trigger {
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
}

/** The looks of one controller whose waits may be ended before their time. */
export interface Interruptions {
  /** Begins a look at an object: what is given is aborted by the first trigger, which is its reason. */
  open(key: string): { readonly signal: AbortSignal } & Disposable;
  /** Ends the waits of the look at an object, if there is one. */
  interrupt(key: string, trigger: Trigger): void;
}

export function createInterruptions(): Interruptions {
  const open = new Map<string, AbortController>();
  return {
    open(key) {
      const controller = new AbortController();
      open.set(key, controller);
      return { signal: controller.signal, [Symbol.dispose]: () => void open.delete(key) };
    },
    interrupt: (key, trigger) => open.get(key)?.abort(trigger),
  };
}

/** What ended the waits of a look; undefined while nothing did. */
export function triggerOf({ interruption }: { readonly interruption?: AbortSignal }): Trigger | undefined {
  return interruption?.aborted === true ? (interruption.reason as Trigger) : undefined;
}

/** Flux's words for its log, conditions and events. */
export function describeTrigger({ kind, namespace, name }: Trigger): string {
  return `${kind}/${namespace}/${name}`;
}
