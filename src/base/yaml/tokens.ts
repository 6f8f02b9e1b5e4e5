/** What the scanner makes of a text. Lines and columns count from zero. */
export interface Token {
  readonly kind: TokenKind;
  readonly line: number;
  readonly endLine: number;
  /** Of scalars, anchors and aliases; the handle of tags and %TAG; the version of %YAML. */
  readonly value: string;
  /** The rest of a tag; the prefix of %TAG. */
  readonly suffix: string;
  /** False for everything but unquoted scalars. */
  readonly plain: boolean;
}

export type TokenKind =
  | "stream-start"
  | "stream-end"
  | "version-directive"
  | "tag-directive"
  | "document-start"
  | "document-end"
  | "block-sequence-start"
  | "block-mapping-start"
  | "block-end"
  | "flow-sequence-start"
  | "flow-sequence-end"
  | "flow-mapping-start"
  | "flow-mapping-end"
  | "block-entry"
  | "flow-entry"
  | "key"
  | "value"
  | "alias"
  | "anchor"
  | "tag"
  | "scalar";

/** A place where a key may have begun, which only a later `:` decides. */
export interface SimpleKey {
  possible: boolean;
  /** In block context at the indentation: if it is not a key, it is an error. */
  required: boolean;
  token: number;
  offset: number;
  line: number;
  column: number;
}

/** Where the scanner stands. The rules are libyaml's, so that errors come where Go has them. */
export interface Scanner {
  /** Ends with a NUL. */
  readonly text: string;
  /** CR, NEL, LS or PS occur, so line ends cannot be found by LF alone. */
  readonly hasOddBreaks: boolean;
  offset: number;
  line: number;
  lineStart: number;
  flowLevel: number;
  indent: number;
  readonly indents: number[];
  readonly keys: SimpleKey[];
  readonly keysByToken: Map<number, SimpleKey>;
  keyAllowed: boolean;
  tokens: Token[];
  head: number;
  /** Tokens taken so far: the number of the token at the head. */
  taken: number;
  started: boolean;
  ended: boolean;
}
