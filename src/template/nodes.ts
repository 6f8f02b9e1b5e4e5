import type { Location } from "./errors.ts";
import { quote } from "./quote.ts";
import { byteLength } from "./text.ts";

/** The text that nodes were parsed from; positions are UTF-16 offsets into it. */
export interface Source {
  readonly name: string;
  readonly text: string;
}

interface At {
  readonly source: Source;
  readonly position: number;
}

export interface TextNode extends At {
  readonly type: "text";
  readonly text: string;
}
export interface ActionNode extends At {
  readonly type: "action";
  readonly pipe: PipeNode;
}
export interface BreakNode extends At {
  readonly type: "break" | "continue";
}
export interface BranchNode extends At {
  readonly type: "if" | "with" | "range";
  readonly pipe: PipeNode;
  readonly list: ListNode;
  readonly otherwise: ListNode | undefined;
}
export interface TemplateNode extends At {
  readonly type: "template";
  readonly name: string;
  readonly pipe: PipeNode | undefined;
}
export interface ListNode extends At {
  readonly type: "list";
  readonly nodes: Statement[];
}
export type Statement = TextNode | ActionNode | BreakNode | BranchNode | TemplateNode;

export interface PipeNode extends At {
  readonly type: "pipe";
  readonly declarations: readonly VariableNode[];
  readonly isAssignment: boolean;
  readonly commands: readonly CommandNode[];
}
export interface CommandNode extends At {
  readonly type: "command";
  readonly operands: readonly Operand[];
}
export interface IdentifierNode extends At {
  readonly type: "identifier";
  readonly name: string;
}
export interface VariableNode extends At {
  readonly type: "variable";
  /** The variable with its `$`, then the fields read from it. */
  readonly name: string;
  readonly fields: readonly string[];
}
export interface DotNode extends At {
  readonly type: "dot";
}
export interface NilNode extends At {
  readonly type: "nil";
}
export interface FieldNode extends At {
  readonly type: "field";
  readonly fields: readonly string[];
}
export interface ChainNode extends At {
  readonly type: "chain";
  readonly operand: Operand;
  readonly fields: readonly string[];
}
export interface BoolNode extends At {
  readonly type: "bool";
  readonly value: boolean;
}
export interface NumberNode extends At {
  readonly type: "number";
  readonly text: string;
  readonly int: bigint | undefined;
  readonly uint: bigint | undefined;
  readonly float: number | undefined;
  readonly complex: { readonly real: number; readonly imaginary: number } | undefined;
}
export interface StringNode extends At {
  readonly type: "string";
  readonly quoted: string;
  readonly text: string;
}
export type Operand =
  | PipeNode
  | IdentifierNode
  | VariableNode
  | DotNode
  | NilNode
  | FieldNode
  | ChainNode
  | BoolNode
  | NumberNode
  | StringNode;

export type Node = Statement | ListNode | CommandNode | Operand;

/** A named body: what `define`, `block` or a whole file declares. */
export interface Definition {
  readonly name: string;
  readonly body: ListNode;
}

/** True when a body holds only white space, so that it does not replace an earlier definition. */
export function isEmptyBody(body: ListNode): boolean {
  return body.nodes.every((node) => node.type === "text" && node.text.trim() === "");
}

/** Where a node is. */
export function locationOf(node: Node): Location {
  const before = node.source.text.slice(0, node.position);
  const lineStart = before.lastIndexOf("\n") + 1;
  let line = 1;
  for (let at = before.indexOf("\n"); at >= 0; at = before.indexOf("\n", at + 1)) line += 1;
  return { template: node.source.name, line, column: byteLength(before.slice(lineStart)) };
}

/** The node in template syntax, as error messages quote it. */
export function sourceOf(node: Node): string {
  switch (node.type) {
    case "text":
      return node.text;
    case "action":
      return `{{${sourceOf(node.pipe)}}}`;
    case "break":
    case "continue":
      return `{{${node.type}}}`;
    case "if":
    case "with":
    case "range": {
      const otherwise = node.otherwise === undefined ? "" : `{{else}}${sourceOf(node.otherwise)}`;
      return `{{${node.type} ${sourceOf(node.pipe)}}}${sourceOf(node.list)}${otherwise}{{end}}`;
    }
    case "template":
      return `{{template ${quote(node.name)}${node.pipe === undefined ? "" : ` ${sourceOf(node.pipe)}`}}}`;
    case "list":
      return node.nodes.map(sourceOf).join("");
    case "pipe": {
      const declared = node.declarations.map(sourceOf).join(", ");
      const sign = declared === "" ? "" : node.isAssignment ? " = " : " := ";
      return declared + sign + node.commands.map(sourceOf).join(" | ");
    }
    case "command":
      return node.operands.map((operand) => inParentheses(operand)).join(" ");
    case "identifier":
      return node.name;
    case "variable":
      return [node.name, ...node.fields].join(".");
    case "dot":
      return ".";
    case "nil":
      return "nil";
    case "field":
      return node.fields.map((field) => `.${field}`).join("");
    case "chain":
      return inParentheses(node.operand) + node.fields.map((field) => `.${field}`).join("");
    case "bool":
      return String(node.value);
    case "number":
      return node.text;
    case "string":
      return node.quoted;
  }
}

function inParentheses(operand: Operand): string {
  return operand.type === "pipe" ? `(${sourceOf(operand)})` : sourceOf(operand);
}
