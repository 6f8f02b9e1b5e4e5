import { type IncomingMessage, request, type ServerResponse } from "node:http";
import { listen, type ListenOptions, type Server } from "../http/serve.ts";

/** Stands before a server and lets only those pass whose `Authorization` is admitted, as a Git host does. */
export function serveGuard(
  to: string,
  options: ListenOptions & { readonly admits: (authorization: string) => boolean },
): Promise<Server> {
  return listen((incoming, outgoing) => {
    if (!options.admits(incoming.headers.authorization ?? ""))
      outgoing.writeHead(401, { "www-authenticate": 'Basic realm="git"' }).end("who are you?\n");
    else passOn(new URL(incoming.url ?? "/", to), incoming, outgoing);
  }, options);
}

/** A forward proxy for HTTP that lets one user pass. */
export function serveProxy(user: string, options: ListenOptions = {}): Promise<Server> {
  const wanted = `Basic ${Buffer.from(user).toString("base64")}`;
  return listen((incoming, outgoing) => {
    if (incoming.headers["proxy-authorization"] !== wanted)
      outgoing.writeHead(407, { "proxy-authenticate": "Basic" }).end();
    else passOn(new URL(incoming.url ?? "/"), incoming, outgoing);
  }, options);
}

/** Asks another server, and answers as it does. */
export function passOn(target: URL, incoming: IncomingMessage, outgoing: ServerResponse): void {
  const { method } = incoming;
  const headers = { ...incoming.headers, host: target.host };
  const onward = request(target, { headers, ...(method === undefined ? {} : { method }) }, (answer) => {
    outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(outgoing);
  });
  onward.on("error", () => outgoing.destroy());
  incoming.pipe(onward);
}
