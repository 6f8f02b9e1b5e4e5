import type { ListNode } from "./nodes.ts";

const noValue = "<no value>";

/** Erases every `<no value>`: helm does so with the output of each template and of tpl. */
export function withoutNoValue(text: string): string {
  return text.includes(noValue) ? text.replaceAll(noValue, "") : text;
}

/** From this much text of its own on, a template keeps watch over what it writes, so that the whole need not be searched. */
const longBody = 32 * 1024;

/**
 * Whether a body is long, and neither holds `<no value>` nor ends a text with the beginning of one:
 * then its output is free of it unless a value that it writes has a `<`.
 */
export function watchesOutput(body: ListNode): boolean {
  const texts: string[] = [];
  collectTexts(body, texts);
  const length = texts.reduce((sum, text) => sum + text.length, 0);
  return length >= longBody && !texts.some((text) => text.includes(noValue) || endsWithBeginning(text));
}

function endsWithBeginning(text: string): boolean {
  const open = text.lastIndexOf("<");
  return open >= 0 && text.length - open < noValue.length && noValue.startsWith(text.slice(open));
}

function collectTexts(list: ListNode, texts: string[]): void {
  for (const node of list.nodes) {
    if (node.type === "text") texts.push(node.text);
    else if (node.type === "if" || node.type === "with" || node.type === "range") {
      collectTexts(node.list, texts);
      if (node.otherwise !== undefined) collectTexts(node.otherwise, texts);
    }
  }
}
