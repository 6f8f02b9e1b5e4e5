import { GoError, type Location } from "./errors.ts";
import { createLexer, describeToken, type Token, type TokenType } from "./lexer.ts";
import {
  type BranchNode,
  type CommandNode,
  type Definition,
  isEmptyBody,
  type ListNode,
  type Operand,
  type PipeNode,
  type Source,
  sourceOf,
  type Statement,
  type VariableNode,
} from "./nodes.ts";
import { parseNumber } from "./number.ts";
import { quote, tryUnquote } from "./quote.ts";

/** A parse error with Go's text (`template: name:3: …`) and its place. */
export class ParseError extends GoError {
  readonly location: Location;

  constructor(message: string, location: Location) {
    super(message);
    this.location = location;
  }
}

/** Deepest nesting of parentheses; Go allows 10000, which JavaScript's stack does not hold. */
const maxParentheses = 1000;
/** Deepest nesting of control structures. */
const maxBlocks = 1000;

interface Ending {
  readonly type: "end" | "else";
  readonly position: number;
}

function isEnding(node: Statement | Ending): node is Ending {
  return node.type === "end" || node.type === "else";
}

/** Parses one text into its definitions; the last one is the text itself, under its own name. Throws ParseError. */
export function parseTemplate(
  source: Source,
  isFunction: (name: string) => boolean,
): readonly [...Definition[], Definition] {
  const lexer = createLexer(source.text);
  const definitions = new Map<string, Definition>();

  // Three tokens of lookahead, the last one read in `current`.
  const pending: Token[] = [];
  let current: Token = { type: "eof", position: 0, text: "", line: 1 };

  // What belongs to the definition that is being read; `nested` swaps it.
  let variables = ["$"];
  let rangeDepth = 0;
  let actionLine = 0;
  let parentheses = 0;
  let blocks = 0;

  function fail(message: string): never {
    throw new ParseError(`template: ${source.name}:${current.line}: ${message}`, {
      template: source.name,
      line: current.line,
    });
  }

  function next(): Token {
    if (pending.length > 0) return pending.pop() as Token;
    current = lexer.next();
    return current;
  }

  function peek(): Token {
    if (pending.length === 0) {
      current = lexer.next();
      pending.push(current);
    }
    return pending[pending.length - 1] as Token;
  }

  function nextNonSpace(): Token {
    while (pending.length > 0) {
      const token = pending.pop() as Token;
      if (token.type !== "space") return token;
    }
    current = lexer.nextNonSpace();
    return current;
  }

  function peekNonSpace(): Token {
    const token = nextNonSpace();
    pending.push(token);
    return token;
  }

  function unexpected(token: Token, context: string): never {
    if (token.type === "error") {
      let extra = "";
      if (actionLine !== 0 && actionLine !== token.line) {
        extra = ` in action started at ${source.name}:${actionLine}`;
        if (token.text.endsWith(" action")) extra = extra.slice(" in action".length);
      }
      fail(token.text + extra);
    }
    fail(`unexpected ${describeToken(token)} in ${context}`);
  }

  function expect(type: TokenType, context: string): Token {
    const token = nextNonSpace();
    if (token.type !== type) unexpected(token, context);
    return token;
  }

  function add(name: string, body: ListNode): void {
    const earlier = definitions.get(name);
    if (earlier === undefined || isEmptyBody(earlier.body)) definitions.set(name, { name, body });
    else if (!isEmptyBody(body)) fail(`template: multiple definition of template ${quote(name)}`);
  }

  function unquoted(token: Token): string {
    return tryUnquote(token.text) ?? fail("invalid syntax");
  }

  function newList(position: number): ListNode {
    return { type: "list", source, position, nodes: [] };
  }

  // Reads the body of a definition with a scope of its own, up to its end.
  function nested(context: string): ListNode {
    const outer = { variables, rangeDepth, actionLine, parentheses };
    variables = ["$"];
    rangeDepth = 0;
    actionLine = 0;
    parentheses = 0;
    const { list, ending } = itemList();
    if (ending.type !== "end") fail(`unexpected {{else}} in ${context}`);
    ({ variables, rangeDepth, actionLine, parentheses } = outer);
    return list;
  }

  function definition(): void {
    const token = nextNonSpace();
    if (token.type !== "string" && token.type !== "rawString") unexpected(token, "define clause");
    const name = unquoted(token);
    expect("rightDelim", "define clause");
    add(name, nested("define clause"));
  }

  function itemList(): { list: ListNode; ending: Ending } {
    blocks += 1;
    if (blocks > maxBlocks) fail("max block depth exceeded");
    const list = newList(peekNonSpace().position);
    while (peekNonSpace().type !== "eof") {
      const node = textOrAction();
      if (isEnding(node)) {
        blocks -= 1;
        return { list, ending: node };
      }
      list.nodes.push(node);
    }
    fail("unexpected EOF");
  }

  function textOrAction(): Statement | Ending {
    const token = nextNonSpace();
    if (token.type === "text") return { type: "text", source, position: token.position, text: token.text };
    if (token.type !== "leftDelim") unexpected(token, "input");
    actionLine = token.line;
    const node = action();
    actionLine = 0;
    return node;
  }

  function action(): Statement | Ending {
    const token = nextNonSpace();
    switch (token.type) {
      case "block":
        return blockControl();
      case "break":
      case "continue": {
        const after = nextNonSpace();
        if (after.type !== "rightDelim") unexpected(after, `{{${token.type}}}`);
        if (rangeDepth === 0) fail(`{{${token.type}}} outside {{range}}`);
        return { type: token.type, source, position: token.position };
      }
      case "else": {
        // `else if` and `else with` leave their keyword for parseControl.
        const after = peekNonSpace();
        if (after.type === "if" || after.type === "with") return { type: "else", position: after.position };
        return { type: "else", position: expect("rightDelim", "else").position };
      }
      case "end":
        return { type: "end", position: expect("rightDelim", "end").position };
      case "if":
      case "range":
      case "with":
        return control(token.type);
      case "template": {
        const name = nextNonSpace();
        const text = templateName(name, "template clause");
        let pipe: PipeNode | undefined;
        const after = nextNonSpace();
        if (after.type !== "rightDelim") {
          pending.push(after);
          pipe = pipeline("template clause", "rightDelim");
        }
        return { type: "template", source, position: name.position, name: text, pipe };
      }
    }
    pending.push(token);
    return {
      type: "action",
      source,
      position: peek().position,
      pipe: pipeline("command", "rightDelim"),
    };
  }

  function templateName(token: Token, context: string): string {
    if (token.type !== "string" && token.type !== "rawString") unexpected(token, context);
    return unquoted(token);
  }

  function blockControl(): Statement {
    const context = "block clause";
    const token = nextNonSpace();
    const name = templateName(token, context);
    const pipe = pipeline(context, "rightDelim");
    add(name, nested(context));
    return { type: "template", source, position: token.position, name, pipe };
  }

  function control(type: "if" | "range" | "with"): BranchNode {
    const visible = variables.length;
    const pipe = pipeline(type, "rightDelim");
    if (type === "range") rangeDepth += 1;
    const { list, ending } = itemList();
    if (type === "range") rangeDepth -= 1;
    let otherwise: ListNode | undefined;
    if (ending.type === "else") {
      if (type !== "range" && peek().type === type) {
        next();
        otherwise = newList(ending.position);
        blocks += 1;
        if (blocks > maxBlocks) fail("max block depth exceeded");
        otherwise.nodes.push(control(type));
        blocks -= 1;
      } else {
        const rest = itemList();
        if (rest.ending.type !== "end") fail(`expected end; found {{${rest.ending.type}}}`);
        otherwise = rest.list;
      }
    }
    variables.length = visible;
    return { type, source, position: pipe.position, pipe, list, otherwise };
  }

  function declare(pipe: PipeNode, token: Token): void {
    pipe.declarations.push(variable(token));
    variables.push(token.text);
  }

  function declarations(pipe: PipeNode, context: string): void {
    while (peekNonSpace().type === "variable") {
      const token = next();
      const after = peek();
      const sign = peekNonSpace();
      if (sign.type === "assign" || sign.type === "declare") {
        pipe.isAssignment = sign.type === "assign";
        nextNonSpace();
        declare(pipe, token);
        return;
      }
      if (sign.type === "char" && sign.text === ",") {
        nextNonSpace();
        declare(pipe, token);
        if (context !== "range" || pipe.declarations.length >= 2) fail(`too many declarations in ${context}`);
        const following = peekNonSpace().type;
        if (following !== "variable" && following !== "rightDelim" && following !== "rightParen") {
          fail("range can only initialize variables");
        }
        continue;
      }
      // No declaration: the variable is the first operand; the space after it matters to the command.
      if (after.type === "space") pending.push(after);
      pending.push(token);
      return;
    }
  }

  function pipeline(context: string, end: TokenType): PipeNode {
    const pipe: PipeNode = {
      type: "pipe",
      source,
      position: peekNonSpace().position,
      declarations: [],
      isAssignment: false,
      commands: [],
    };
    declarations(pipe, context);
    for (;;) {
      const token = nextNonSpace();
      if (token.type === end) {
        checkPipeline(pipe, context);
        return pipe;
      }
      if (!startsOperand.has(token.type)) unexpected(token, context);
      pending.push(token);
      pipe.commands.push(command());
    }
  }

  function checkPipeline(pipe: PipeNode, context: string): void {
    if (pipe.commands.length === 0) fail(`missing value for ${context}`);
    for (let index = 1; index < pipe.commands.length; index += 1) {
      const first = pipe.commands[index]?.operands[0];
      if (first !== undefined && constants.has(first.type)) {
        fail(`non executable command in pipeline stage ${index + 1}`);
      }
    }
  }

  function command(): CommandNode {
    const operands: Operand[] = [];
    const position = peekNonSpace().position;
    for (;;) {
      peekNonSpace();
      const found = operand();
      if (found !== undefined) operands.push(found);
      const token = next();
      if (token.type === "space") continue;
      if (token.type === "rightDelim" || token.type === "rightParen") pending.push(token);
      else if (token.type !== "pipe") unexpected(token, "operand");
      break;
    }
    if (operands.length === 0) fail("empty command");
    return { type: "command", source, position, operands };
  }

  function operand(): Operand | undefined {
    const node = term();
    if (node === undefined || peek().type !== "field") return node;
    const position = peek().position;
    const fields: string[] = [];
    while (peek().type === "field") fields.push(next().text.slice(1));
    switch (node.type) {
      case "field":
        return { type: "field", source, position, fields: [...node.fields, ...fields] };
      case "variable":
        return { type: "variable", source, position, name: node.name, fields: [...node.fields, ...fields] };
      case "bool":
      case "string":
      case "number":
      case "nil":
      case "dot":
        return fail(`unexpected . after term ${quote(sourceOf(node))}`);
      case "pipe":
      case "identifier":
      case "chain":
        return { type: "chain", source, position, operand: node, fields };
    }
  }

  function variable(token: Token): VariableNode {
    return { type: "variable", source, position: token.position, name: token.text, fields: [] };
  }

  function term(): Operand | undefined {
    const token = nextNonSpace();
    const { position } = token;
    switch (token.type) {
      case "identifier":
        if (!isFunction(token.text)) fail(`function ${quote(token.text)} not defined`);
        return { type: "identifier", source, position, name: token.text };
      case "dot":
        return { type: "dot", source, position };
      case "nil":
        return { type: "nil", source, position };
      case "variable":
        if (!variables.includes(token.text)) fail(`undefined variable ${quote(token.text)}`);
        return variable(token);
      case "field":
        return { type: "field", source, position, fields: [token.text.slice(1)] };
      case "bool":
        return { type: "bool", source, position, value: token.text === "true" };
      case "charConstant":
      case "complex":
      case "number": {
        const number = parseNumber(token.text, token.type, { source, position });
        return typeof number === "string" ? fail(number) : number;
      }
      case "leftParen": {
        if (parentheses >= maxParentheses) fail("max expression depth exceeded");
        parentheses += 1;
        const pipe = pipeline("parenthesized pipeline", "rightParen");
        parentheses -= 1;
        return pipe;
      }
      case "string":
      case "rawString":
        return { type: "string", source, position, quoted: token.text, text: unquoted(token) };
    }
    pending.push(token);
    return undefined;
  }

  const body = newList(peek().position);
  while (peek().type !== "eof") {
    if (peek().type === "leftDelim") {
      const delim = next();
      const after = nextNonSpace();
      if (after.type === "define") {
        definition();
        continue;
      }
      pending.push(after, delim);
    }
    const node = textOrAction();
    if (isEnding(node)) fail(`unexpected {{${node.type}}}`);
    body.nodes.push(node);
  }
  add(source.name, body);
  const own = definitions.get(source.name) ?? { name: source.name, body };
  definitions.delete(source.name);
  return [...definitions.values(), own];
}

const startsOperand: ReadonlySet<TokenType> = new Set<TokenType>([
  "bool",
  "charConstant",
  "complex",
  "dot",
  "field",
  "identifier",
  "number",
  "nil",
  "rawString",
  "string",
  "variable",
  "leftParen",
]);

const constants: ReadonlySet<Operand["type"]> = new Set<Operand["type"]>(["bool", "dot", "nil", "number", "string"]);
