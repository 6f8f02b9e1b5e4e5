import { answerChallenge, parseChallenge } from "./authorize.ts";
import { readRefusal, refused } from "./refusal.ts";
import { apiLocation } from "./reference.ts";
import type { Credentials, Fetch } from "./types.ts";

/** Asks a registry whether it lets these credentials in; nothing but its front door is touched. Throws what it refuses with. */
export async function pingRegistry(
  registry: string,
  options: {
    readonly fetch: Fetch;
    readonly credentials?: Credentials;
    readonly plainHttp?: boolean;
    readonly signal?: AbortSignal;
  },
): Promise<void> {
  const { fetch, credentials, plainHttp = false, signal } = options;
  const { host } = apiLocation({ registry, repository: "" });
  const url = new URL(`${plainHttp ? "http" : "https"}://${host}/v2/`);
  const abort = signal === undefined ? {} : { signal };
  let answer = await fetch(new Request(url, abort));
  if (answer.status === 401) {
    const challenge = parseChallenge(answer.headers.get("www-authenticate"));
    const refusal = await readRefusal("GET", url, answer);
    if (challenge === undefined) throw refused(refusal);
    const header = await answerChallenge(challenge, { fetch, registryUrl: url, scope: "", credentials, ...abort });
    answer = await fetch(new Request(url, { headers: { authorization: header }, ...abort }));
  }
  if (answer.status >= 300) throw refused(await readRefusal("GET", url, answer));
  await answer.body?.cancel();
}
