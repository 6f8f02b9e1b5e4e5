/** A variable that is in scope: where its value is kept, and whether a range sets it (Go has it inside an interface then). */
export interface Variable {
  readonly name: string;
  readonly slot: number;
  readonly isElement: boolean;
}

/** The variables in scope while a body is compiled. Each declaration gets a slot of its own. */
export interface Variables {
  /** How many slots there are. */
  readonly count: number;
  find(name: string): Variable | undefined;
  declare(name: string): Variable;
  /** Says of the last variable of that name that a range sets it. */
  markElement(name: string): void;
  mark(): number;
  /** Ends the scope of all variables declared since the mark. */
  release(mark: number): void;
}

/** A scope with only `$`, in slot 0. */
export function openVariables(): Variables {
  const stack: Variable[] = [{ name: "$", slot: 0, isElement: false }];
  let count = 1;
  return {
    get count() {
      return count;
    },
    find: (name) => stack.findLast((variable) => variable.name === name),
    declare(name) {
      const variable = { name, slot: count, isElement: false };
      count += 1;
      stack.push(variable);
      return variable;
    },
    markElement(name) {
      const at = stack.findLastIndex((variable) => variable.name === name);
      const variable = stack[at];
      if (variable !== undefined) stack[at] = { ...variable, isElement: true };
    },
    mark: () => stack.length,
    release(mark) {
      stack.length = mark;
    },
  };
}
