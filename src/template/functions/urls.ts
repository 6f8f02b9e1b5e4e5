import { GoError } from "../errors.ts";
import { quote } from "../quote.ts";
import { fromBytes, isAscii, toBytes } from "../text.ts";
import { getKey, type GoMap, kindOf } from "../value.ts";
import { define, type GoFunction } from "./function.ts";

/** A URL taken apart by net/url. */
interface Url {
  readonly scheme: string;
  readonly opaque: string;
  readonly user: string | undefined;
  readonly host: string;
  readonly path: string;
  readonly rawPath: string;
  readonly forceQuery: boolean;
  readonly query: string;
  readonly fragment: string;
}

/** Sprig's functions on URLs. */
export const urlFunctions: Readonly<Record<string, GoFunction>> = {
  urlParse: define(["string"], (text) => {
    const url = parsed(text, (message) => `unable to parse url: ${message}`);
    return {
      scheme: url.scheme,
      host: url.host,
      hostname: hostname(url.host),
      path: url.path,
      query: url.query,
      opaque: url.opaque,
      fragment: url.fragment,
      userinfo: url.user ?? "",
    };
  }),
  urlJoin: define(["map"], (map) => {
    const user = part(map, "userinfo");
    const own =
      user === ""
        ? undefined
        : parsed(`proto://${user}@host`, (message) => `unable to parse userinfo in dict: ${message}`).user;
    return joined({
      scheme: part(map, "scheme"),
      host: part(map, "host"),
      path: part(map, "path"),
      query: part(map, "query"),
      opaque: part(map, "opaque"),
      fragment: part(map, "fragment"),
      user: own,
      rawPath: "",
      forceQuery: false,
    });
  }),
};

function part(map: GoMap, key: string): string {
  const value = getKey(map, key);
  if (value === undefined) return "";
  if (value === null) throw new GoError("runtime error: invalid memory address or nil pointer dereference");
  if (typeof value === "string") return value;
  throw new GoError(`unable to parse ${key} key, must be of type string, but ${kindOf(value)} found`);
}

function parsed(text: string, message: (reason: string) => string): Url {
  const [before, rawFragment = ""] = cut(text, "#");
  const complaining = <Part>(about: string, parse: () => Part): Part => {
    try {
      return parse();
    } catch (error) {
      if (error instanceof GoError) throw new GoError(message(`parse ${quote(about)}: ${error.message}`));
      throw error;
    }
  };
  const url = complaining(before, () => parseUrl(before));
  return { ...url, fragment: complaining(text, () => unescape(rawFragment, "fragment")) };
}

// net/url's parse: what stands before the fragment.
function parseUrl(text: string): Omit<Url, "fragment"> {
  if (/[\x00-\x1f\x7f]/.test(text)) throw new GoError("net/url: invalid control character in URL");
  const empty = { opaque: "", user: undefined, host: "", rawPath: "", forceQuery: false, query: "" };
  if (text === "*") return { ...empty, scheme: "", path: "*" };

  const { scheme, rest: afterScheme } = splitScheme(text);
  let rest = afterScheme;
  let forceQuery = false;
  let query = "";
  if (rest.endsWith("?") && rest.indexOf("?") === rest.length - 1) {
    forceQuery = true;
    rest = rest.slice(0, -1);
  } else {
    const [before, after] = cut(rest, "?");
    rest = before;
    query = after ?? "";
  }
  const common = { ...empty, scheme, forceQuery, query };
  if (!rest.startsWith("/")) {
    if (scheme !== "") return { ...common, opaque: rest, path: "" };
    if ((rest.split("/", 1)[0] ?? "").includes(":"))
      throw new GoError("first path segment in URL cannot contain colon");
  }
  let user: string | undefined;
  let host = "";
  if ((scheme !== "" || !rest.startsWith("///")) && rest.startsWith("//")) {
    const slash = rest.indexOf("/", 2);
    const authority = slash < 0 ? rest.slice(2) : rest.slice(2, slash);
    rest = slash < 0 ? "" : rest.slice(slash);
    ({ user, host } = parseAuthority(authority));
  }
  const path = unescape(rest, "path");
  return { ...common, user, host, path, rawPath: escape(path, "path") === rest ? "" : rest };
}

function cut(text: string, separator: string): readonly [string, string | undefined] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + separator.length)];
}

function splitScheme(text: string): { readonly scheme: string; readonly rest: string } {
  if (text.startsWith(":")) throw new GoError("missing protocol scheme");
  const match = /^([A-Za-z][A-Za-z0-9+\-.]*):/.exec(text);
  if (match === null) return { scheme: "", rest: text };
  return { scheme: (match[1] ?? "").toLowerCase(), rest: text.slice(match[0].length) };
}

function parseAuthority(authority: string): { readonly user: string | undefined; readonly host: string } {
  const at = authority.lastIndexOf("@");
  const host = parseHost(authority.slice(at + 1));
  if (at < 0) return { user: undefined, host };
  const info = authority.slice(0, at);
  if (!/^[A-Za-z0-9\-._:~!$&'()*+,;=%@]*$/.test(info)) throw new GoError("net/url: invalid userinfo");
  const [name, password] = cut(info, ":");
  const user = escape(unescape(name, "user"), "user");
  return { user: password === undefined ? user : `${user}:${escape(unescape(password, "user"), "user")}`, host };
}

function parseHost(host: string): string {
  if (host.startsWith("[")) {
    const close = host.lastIndexOf("]");
    if (close < 0) throw new GoError("missing ']' in host");
    checkPort(host.slice(close + 1));
    return unescape(host, "host");
  }
  const colon = host.indexOf(":");
  if (colon >= 0) checkPort(host.slice(colon));
  return unescape(host, "host");
}

function checkPort(port: string): void {
  if (port !== "" && !/^:\d*$/.test(port)) throw new GoError(`invalid port ${quote(port)} after host`);
}

type Mode = "path" | "host" | "user" | "fragment";

function unescape(text: string, mode: Mode): string {
  for (let at = 0; at < text.length; at += 1) {
    const char = text.charAt(at);
    if (char === "%") {
      if (!/^%[0-9a-fA-F]{2}/.test(text.slice(at, at + 3))) {
        throw new GoError(`invalid URL escape ${quote(text.slice(at, at + 3))}`);
      }
      // Hosts may hold only non-ASCII bytes as escapes.
      if (mode === "host" && Number.parseInt(text.slice(at + 1, at + 2), 16) < 8 && text.slice(at, at + 3) !== "%25") {
        throw new GoError(`invalid URL escape ${quote(text.slice(at, at + 3))}`);
      }
    } else if (mode === "host" && char < "\x80" && /[^A-Za-z0-9\-_.~!$&'()*+,;=:[\]<>"]/.test(char)) {
      throw new GoError(`invalid character ${quote(char)} in host name`);
    }
  }
  if (!text.includes("%")) return text;
  const bytes = toBytes(text);
  const out: number[] = [];
  for (let at = 0; at < bytes.length; at += 1) {
    const byte = bytes[at] ?? 0;
    if (byte !== 0x25) out.push(byte);
    else {
      out.push(Number.parseInt(String.fromCharCode(bytes[at + 1] ?? 0, bytes[at + 2] ?? 0), 16));
      at += 2;
    }
  }
  return fromBytes(Uint8Array.from(out));
}

const plainIn: Readonly<Record<Mode, RegExp>> = {
  path: /[A-Za-z0-9\-_.~$&+,/:;=@]/,
  host: /[A-Za-z0-9\-_.~!$&'()*+,;=:[\]<>"]/,
  user: /[A-Za-z0-9\-_.~$&+,;=]/,
  fragment: /[A-Za-z0-9\-_.~$&+,/:;=?@!()*]/,
};

function escape(text: string, mode: Mode): string {
  const plain = plainIn[mode];
  let out = "";
  for (const byte of isAscii(text) ? Array.from(text, (char) => char.charCodeAt(0)) : toBytes(text)) {
    const char = String.fromCharCode(byte);
    out += byte < 0x80 && plain.test(char) ? char : `%${byte.toString(16).toUpperCase().padStart(2, "0")}`;
  }
  return out;
}

function hostname(host: string): string {
  const withoutPort = /^\[.*\]/.exec(host)?.[0] ?? host.replace(/:[^:]*$/, "");
  return withoutPort.startsWith("[") ? withoutPort.slice(1, -1) : withoutPort;
}

// net/url's URL.String.
function joined(url: Url): string {
  let text = url.scheme === "" ? "" : `${url.scheme}:`;
  if (url.opaque !== "") text += url.opaque;
  else {
    if (url.scheme !== "" || url.host !== "" || url.user !== undefined) {
      if (url.host !== "" || url.path !== "" || url.user !== undefined) text += "//";
      if (url.user !== undefined) text += `${url.user}@`;
      text += escape(url.host, "host");
    }
    const path = url.rawPath === "" ? escapedPath(url.path) : url.rawPath;
    if (path !== "" && !path.startsWith("/") && url.host !== "") text += "/";
    // A first segment with a colon would read as a scheme.
    if (text === "" && (path.split("/", 1)[0] ?? "").includes(":")) text += "./";
    text += path;
  }
  if (url.forceQuery || url.query !== "") text += `?${url.query}`;
  if (url.fragment !== "") text += `#${escape(url.fragment, "fragment")}`;
  return text;
}

function escapedPath(path: string): string {
  return path === "*" ? "*" : escape(path, "path");
}
