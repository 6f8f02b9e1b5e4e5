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
import type { Token, TokenType } from "./token.ts";
import { TokenReader } from "./token-reader.ts";

/** Deepest nesting of parentheses; Go allows 10000, which JavaScript's stack does not hold. */
const maxParentheses = 1000;
/** Deepest nesting of control structures. */
const maxBlocks = 1000;

interface Ending {
  readonly type: "end" | "else";
  readonly position: number;
}

interface Declarations {
  variables: readonly VariableNode[];
  isAssignment: boolean;
}

const none: readonly never[] = [];

function isEnding(node: Statement | Ending): node is Ending {
  return node.type === "end" || node.type === "else";
}

/** Parses one text into its definitions; the last one is the text itself, under its own name. Throws ParseError. */
export function parseTemplate(
  source: Source,
  isFunction: (name: string) => boolean,
): readonly [...Definition[], Definition] {
  return new Parser(source, isFunction).parse();
}

class Parser extends TokenReader {
  private readonly isFunction: (name: string) => boolean;
  private readonly definitions = new Map<string, Definition>();
  private blocks = 0;
  // What belongs to the definition that is being read, with `actionLine`; `nested` swaps it.
  private variables = ["$"];
  private rangeDepth = 0;
  private parentheses = 0;

  constructor(source: Source, isFunction: (name: string) => boolean) {
    super(source);
    this.isFunction = isFunction;
  }

  private add(name: string, body: ListNode): void {
    const earlier = this.definitions.get(name);
    if (earlier === undefined || isEmptyBody(earlier.body)) this.definitions.set(name, { name, body });
    else if (!isEmptyBody(body)) this.fail(`template: multiple definition of template ${quote(name)}`);
  }

  private unquoted(token: Token): string {
    return tryUnquote(token.text) ?? this.fail("invalid syntax");
  }

  private newList(position: number, nodes: Statement[]): ListNode {
    return { type: "list", source: this.source, position, nodes };
  }

  // Reads the body of a definition with a scope of its own, up to its end.
  private nested(context: string): ListNode {
    const { variables, rangeDepth, actionLine, parentheses } = this;
    this.variables = ["$"];
    this.rangeDepth = 0;
    this.actionLine = 0;
    this.parentheses = 0;
    const { list, ending } = this.itemList();
    if (ending.type !== "end") this.fail(`unexpected {{else}} in ${context}`);
    Object.assign(this, { variables, rangeDepth, actionLine, parentheses });
    return list;
  }

  private definition(): void {
    const token = this.nextNonSpace();
    if (token.type !== "string" && token.type !== "rawString") this.unexpected(token, "define clause");
    const name = this.unquoted(token);
    this.expect("rightDelim", "define clause");
    this.add(name, this.nested("define clause"));
  }

  private itemList(): { list: ListNode; ending: Ending } {
    this.blocks += 1;
    if (this.blocks > maxBlocks) this.fail("max block depth exceeded");
    const { position } = this.peekNonSpace();
    const nodes: Statement[] = [];
    while (this.peekNonSpace().type !== "eof") {
      const node = this.textOrAction();
      if (isEnding(node)) {
        this.blocks -= 1;
        return { list: this.newList(position, exactly(nodes)), ending: node };
      }
      nodes.push(node);
    }
    this.fail("unexpected EOF");
  }

  private textOrAction(): Statement | Ending {
    const token = this.nextNonSpace();
    if (token.type === "text") return { type: "text", source: this.source, position: token.position, text: token.text };
    if (token.type !== "leftDelim") this.unexpected(token, "input");
    this.actionLine = token.line;
    const node = this.action();
    this.actionLine = 0;
    return node;
  }

  private action(): Statement | Ending {
    const token = this.nextNonSpace();
    switch (token.type) {
      case "block":
        return this.blockControl();
      case "break":
      case "continue": {
        const after = this.nextNonSpace();
        if (after.type !== "rightDelim") this.unexpected(after, `{{${token.type}}}`);
        if (this.rangeDepth === 0) this.fail(`{{${token.type}}} outside {{range}}`);
        return { type: token.type, source: this.source, position: token.position };
      }
      case "else": {
        // `else if` and `else with` leave their keyword for parseControl.
        const after = this.peekNonSpace();
        if (after.type === "if" || after.type === "with") return { type: "else", position: after.position };
        return { type: "else", position: this.expect("rightDelim", "else").position };
      }
      case "end":
        return { type: "end", position: this.expect("rightDelim", "end").position };
      case "if":
      case "range":
      case "with":
        return this.control(token.type);
      case "template": {
        const name = this.nextNonSpace();
        const text = this.templateName(name, "template clause");
        let pipe: PipeNode | undefined;
        const after = this.nextNonSpace();
        if (after.type !== "rightDelim") {
          this.pending.push(after);
          pipe = this.pipeline("template clause", "rightDelim");
        }
        return { type: "template", source: this.source, position: name.position, name: text, pipe };
      }
    }
    this.pending.push(token);
    return {
      type: "action",
      source: this.source,
      position: this.peek().position,
      pipe: this.pipeline("command", "rightDelim"),
    };
  }

  private templateName(token: Token, context: string): string {
    if (token.type !== "string" && token.type !== "rawString") this.unexpected(token, context);
    return this.unquoted(token);
  }

  private blockControl(): Statement {
    const context = "block clause";
    const token = this.nextNonSpace();
    const name = this.templateName(token, context);
    const pipe = this.pipeline(context, "rightDelim");
    this.add(name, this.nested(context));
    return { type: "template", source: this.source, position: token.position, name, pipe };
  }

  private control(type: "if" | "range" | "with"): BranchNode {
    const visible = this.variables.length;
    const pipe = this.pipeline(type, "rightDelim");
    if (type === "range") this.rangeDepth += 1;
    const { list, ending } = this.itemList();
    if (type === "range") this.rangeDepth -= 1;
    let otherwise: ListNode | undefined;
    if (ending.type === "else") {
      if (type !== "range" && this.peek().type === type) {
        this.next();
        this.blocks += 1;
        if (this.blocks > maxBlocks) this.fail("max block depth exceeded");
        otherwise = this.newList(ending.position, [this.control(type)]);
        this.blocks -= 1;
      } else {
        const rest = this.itemList();
        if (rest.ending.type !== "end") this.fail(`expected end; found {{${rest.ending.type}}}`);
        otherwise = rest.list;
      }
    }
    this.variables.length = visible;
    return { type, source: this.source, position: pipe.position, pipe, list, otherwise };
  }

  private declareVariable(found: Declarations, token: Token): void {
    found.variables = [...found.variables, this.variable(token)];
    this.variables.push(token.text);
  }

  private declarations(context: string): Declarations {
    const found: Declarations = { variables: none, isAssignment: false };
    while (this.peekNonSpace().type === "variable") {
      const token = this.next();
      const after = this.peek();
      const sign = this.peekNonSpace();
      if (sign.type === "assign" || sign.type === "declare") {
        found.isAssignment = sign.type === "assign";
        this.nextNonSpace();
        this.declareVariable(found, token);
        return found;
      }
      if (sign.type === "char" && sign.text === ",") {
        this.nextNonSpace();
        this.declareVariable(found, token);
        if (context !== "range" || found.variables.length >= 2) this.fail(`too many declarations in ${context}`);
        const following = this.peekNonSpace().type;
        if (following !== "variable" && following !== "rightDelim" && following !== "rightParen") {
          this.fail("range can only initialize variables");
        }
        continue;
      }
      // No declaration: the variable is the first operand; the space after it matters to the command.
      if (after.type === "space") this.pending.push(after);
      this.pending.push(token);
      return found;
    }
    return found;
  }

  private pipeline(context: string, end: TokenType): PipeNode {
    const { position } = this.peekNonSpace();
    const { variables: declarations, isAssignment } = this.declarations(context);
    const commands: CommandNode[] = [];
    for (;;) {
      const token = this.nextNonSpace();
      if (token.type === end) {
        this.checkPipeline(commands, context);
        return { type: "pipe", source: this.source, position, declarations, isAssignment, commands: exactly(commands) };
      }
      if (!startsOperand.has(token.type)) this.unexpected(token, context);
      this.pending.push(token);
      commands.push(this.command());
    }
  }

  private checkPipeline(commands: readonly CommandNode[], context: string): void {
    if (commands.length === 0) this.fail(`missing value for ${context}`);
    for (let index = 1; index < commands.length; index += 1) {
      const type = commands[index]?.operands[0]?.type ?? "pipe";
      if (constants.has(type)) this.fail(`non executable command in pipeline stage ${index + 1}`);
    }
  }

  private command(): CommandNode {
    const operands: Operand[] = [];
    const { position } = this.peekNonSpace();
    for (;;) {
      this.peekNonSpace();
      const found = this.operand();
      if (found !== undefined) operands.push(found);
      const token = this.next();
      if (token.type === "space") continue;
      if (token.type === "rightDelim" || token.type === "rightParen") this.pending.push(token);
      else if (token.type !== "pipe") this.unexpected(token, "operand");
      break;
    }
    if (operands.length === 0) this.fail("empty command");
    return { type: "command", source: this.source, position, operands: exactly(operands) };
  }

  private operand(): Operand | undefined {
    const node = this.term();
    if (node === undefined || this.peek().type !== "field") return node;
    const position = this.peek().position;
    const fields: string[] = [];
    while (this.peek().type === "field") fields.push(this.next().text.slice(1));
    switch (node.type) {
      case "field":
        return { type: "field", source: this.source, position, fields: node.fields.concat(fields) };
      case "variable":
        return {
          type: "variable",
          source: this.source,
          position,
          name: node.name,
          fields: node.fields.concat(fields),
        };
      case "bool":
      case "string":
      case "number":
      case "nil":
      case "dot":
        return this.fail(`unexpected . after term ${quote(sourceOf(node))}`);
      case "pipe":
      case "identifier":
      case "chain":
        return { type: "chain", source: this.source, position, operand: node, fields };
    }
  }

  private variable(token: Token): VariableNode {
    return { type: "variable", source: this.source, position: token.position, name: token.text, fields: [] };
  }

  private term(): Operand | undefined {
    const token = this.nextNonSpace();
    const { position } = token;
    switch (token.type) {
      case "identifier":
        if (!this.isFunction(token.text)) this.fail(`function ${quote(token.text)} not defined`);
        return { type: "identifier", source: this.source, position, name: token.text };
      case "dot":
        return { type: "dot", source: this.source, position };
      case "nil":
        return { type: "nil", source: this.source, position };
      case "variable":
        if (!this.variables.includes(token.text)) this.fail(`undefined variable ${quote(token.text)}`);
        return this.variable(token);
      case "field":
        return { type: "field", source: this.source, position, fields: [token.text.slice(1)] };
      case "bool":
        return { type: "bool", source: this.source, position, value: token.text === "true" };
      case "charConstant":
      case "complex":
      case "number": {
        const number = parseNumber(token.text, token.type, { source: this.source, position });
        return typeof number === "string" ? this.fail(number) : number;
      }
      case "leftParen": {
        if (this.parentheses >= maxParentheses) this.fail("max expression depth exceeded");
        this.parentheses += 1;
        const pipe = this.pipeline("parenthesized pipeline", "rightParen");
        this.parentheses -= 1;
        return pipe;
      }
      case "string":
      case "rawString":
        return { type: "string", source: this.source, position, quoted: token.text, text: this.unquoted(token) };
    }
    this.pending.push(token);
    return undefined;
  }

  parse(): readonly [...Definition[], Definition] {
    const body = this.newList(this.peek().position, []);
    while (this.peek().type !== "eof") {
      if (this.peek().type === "leftDelim") {
        const delim = this.next();
        const after = this.nextNonSpace();
        if (after.type === "define") {
          this.definition();
          continue;
        }
        this.pending.push(after, delim);
      }
      const node = this.textOrAction();
      if (isEnding(node)) this.fail(`unexpected {{${node.type}}}`);
      body.nodes.push(node);
    }
    this.add(this.source.name, body);
    const own = this.definitions.get(this.source.name) ?? { name: this.source.name, body };
    this.definitions.delete(this.source.name);
    return [...this.definitions.values(), own];
  }
}

/** A list without the room that V8 keeps behind a list which grows, for sixteen more: a chart has tens of thousands of lists. */
function exactly<Item>(items: Item[]): Item[] {
  const { 0: first, 1: second, length } = items;
  if (length === 1) return [first as Item];
  return length === 2 ? [first as Item, second as Item] : items.slice();
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
