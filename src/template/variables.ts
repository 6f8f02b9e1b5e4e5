/** A variable that is in scope, with those around it; what is compiled later still finds the scope it stands in. */
export interface Variable {
  readonly name: string;
  /** Where a frame keeps its value: how many variables are around it. */
  readonly slot: number;
  /** Whether a range sets it: Go has it inside an interface then. */
  readonly isElement: boolean;
  readonly outer: Variable | undefined;
}

/** The innermost variable while a body is compiled. Leaving a scope sets it back. */
export interface Variables {
  innermost: Variable;
}

/** A scope with only `$`, in slot 0. */
export function openVariables(): Variables {
  return { innermost: { name: "$", slot: 0, isElement: false, outer: undefined } };
}

/** The innermost variable of a name. */
export function findVariable({ innermost }: Variables, name: string): Variable | undefined {
  let variable: Variable | undefined = innermost;
  while (variable !== undefined && variable.name !== name) variable = variable.outer;
  return variable;
}

/** Adds a variable to the scope. */
export function declareVariable(variables: Variables, name: string): Variable {
  const outer = variables.innermost;
  variables.innermost = { name, slot: outer.slot + 1, isElement: false, outer };
  return variables.innermost;
}

/** Says of the innermost variable that a range sets it. */
export function markElement(variables: Variables): void {
  variables.innermost = { ...variables.innermost, isElement: true };
}
