import { createHmac } from "node:crypto";

/** The headers that are signed with their values alone, in the order of the protocol; the Date is `x-ms-date`'s. */
const plain = [
  "content-encoding",
  "content-language",
  "content-length",
  "content-md5",
  "content-type",
  "date",
  "if-modified-since",
  "if-match",
  "if-none-match",
  "if-unmodified-since",
  "range",
];

/** The `Authorization` of a request by the key of a storage account (SharedKey). */
export function signShared(
  request: { readonly method: string; readonly url: URL; readonly headers: Headers },
  { account, key }: { readonly account: string; readonly key: Uint8Array },
): string {
  const { method, url, headers } = request;
  const own = [...headers].filter(([name]) => name.startsWith("x-ms-"));
  const query = new Map<string, string[]>();
  for (const [name, value] of url.searchParams)
    query.set(name.toLowerCase(), [...(query.get(name.toLowerCase()) ?? []), value]);
  const text = [
    method,
    ...plain.map((name) => headers.get(name) ?? ""),
    ...own.map(([name, value]) => `${name}:${value}`).toSorted(),
    `/${account}${url.pathname}`,
    ...[...query].map(([name, values]) => `${name}:${values.toSorted().join(",")}`).toSorted(),
  ].join("\n");
  return `SharedKey ${account}:${createHmac("sha256", key).update(text).digest("base64")}`;
}
