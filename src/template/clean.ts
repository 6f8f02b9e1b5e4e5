import type { ListNode } from "./nodes.ts";
import { fromBytes, hasRawBytes, toBytes } from "./text.ts";

const noValue = "<no value>";

/** Erases every `<no value>`: helm does so with the output of each template and of tpl. */
export function withoutNoValue(text: string): string {
  return text.includes(noValue) ? text.replaceAll(noValue, "") : text;
}

/** The output of a template as it leaves the engine: without `<no value>`, and with bytes that came one by one put together. */
export function cleaned(output: string): string {
  const text = withoutNoValue(output);
  return hasRawBytes(text) ? fromBytes(toBytes(text)) : text;
}

/** Whether a value that a template writes may make cleaning necessary. */
export function mayNeedCleaning(text: string): boolean {
  return text.includes("<") || !text.isWellFormed();
}

/** From this much text of its own on, a template keeps watch over the values it writes, so that the whole need not be searched. */
const longBody = 32 * 1024;

/**
 * Whether a body is long, and clean itself: it neither holds `<no value>` nor ends a text with the beginning of one.
 * Then its output needs no cleaning unless a value that it writes may.
 */
export function watchesOutput(body: ListNode): boolean {
  const texts: string[] = [];
  collectTexts(body, texts);
  const length = texts.reduce((sum, text) => sum + text.length, 0);
  return (
    length >= longBody &&
    texts.every((text) => text.isWellFormed() && !text.includes(noValue) && !endsWithBeginning(text))
  );
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
