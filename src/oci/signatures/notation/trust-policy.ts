import { SignatureError } from "../../errors.ts";
import { type DistinguishedName, isSubsetOf, parseDistinguishedName } from "./distinguished-name.ts";

/** The checks that notation makes, and what a failure of each means. */
export type CheckName = "integrity" | "authenticity" | "authenticTimestamp" | "expiry" | "revocation";
export type Consequence = "enforce" | "log" | "skip";

/** Which signatures count for the artifacts of some repositories. */
export interface TrustStatement {
  readonly name: string;
  readonly scopes: readonly string[];
  readonly level: "skip" | Readonly<Record<CheckName, Consequence>>;
  readonly verifyTimestamp: "always" | "afterCertExpiry";
  readonly stores: readonly string[];
  readonly identities: "anybody" | readonly DistinguishedName[];
}

const levels = {
  strict: {
    integrity: "enforce",
    authenticity: "enforce",
    authenticTimestamp: "enforce",
    expiry: "enforce",
    revocation: "enforce",
  },
  permissive: {
    integrity: "enforce",
    authenticity: "enforce",
    authenticTimestamp: "log",
    expiry: "log",
    revocation: "log",
  },
  audit: { integrity: "enforce", authenticity: "log", authenticTimestamp: "log", expiry: "log", revocation: "log" },
} as const satisfies Record<string, Record<CheckName, Consequence>>;
const checks = Object.keys(levels.strict) as readonly CheckName[];

/** Reads `trustpolicy.json`. Pure. Throws SignatureError with notation's own words. */
export function parseTrustPolicy(text: string): readonly TrustStatement[] {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch (cause) {
    throw new SignatureError("InvalidTrust", "error occurred while parsing trustpolicy.json: it is not JSON", {
      cause,
    });
  }
  const { version, trustPolicies } = asRecord(document);
  const shown = textOf(version);
  if (shown === "") throw wrong("trust policy document has empty version, version must be specified");
  if (shown !== "1.0") throw wrong(`trust policy document uses unsupported version ${quote(shown)}`);
  if (!Array.isArray(trustPolicies) || trustPolicies.length === 0)
    throw wrong("trust policy document can not have zero trust policy statements");
  const statements: TrustStatement[] = [];
  for (const entry of trustPolicies) {
    const statement = readStatement(asRecord(entry));
    if (statements.some(({ name }) => name === statement.name))
      throw wrong(
        `multiple trust policy statements use the same name ${quote(statement.name)}, statement names must be unique`,
      );
    statements.push(statement);
  }
  checkScopes(statements);
  return statements;
}

/** The statement for a repository (`registry/name`): its own, or the one for all. Throws where there is none. */
export function statementFor(
  statements: readonly TrustStatement[],
  reference: string,
  repository: string,
): TrustStatement {
  const found =
    statements.find(({ scopes }) => scopes.includes(repository)) ??
    statements.find(({ scopes }) => scopes.includes("*"));
  if (found !== undefined) return found;
  throw new SignatureError(
    "NoMatch",
    `artifact ${quote(reference)} has no applicable trust policy statement. Trust policy applicability for a given artifact is determined by registryScopes. To create a trust policy, see: https://notaryproject.dev/docs/quickstart/#create-a-trust-policy`,
  );
}

function readStatement(entry: Readonly<Record<string, unknown>>): TrustStatement {
  const name = textOf(entry["name"]);
  if (name === "")
    throw wrong("trust policy: a trust policy statement is missing a name, every statement requires a name");
  const verification = asRecord(entry["signatureVerification"]);
  const level = readLevel(name, verification);
  const verifyTimestamp = textOf(verification["verifyTimestamp"]) === "afterCertExpiry" ? "afterCertExpiry" : "always";
  const when = textOf(verification["verifyTimestamp"]);
  if (when !== "" && when !== verifyTimestamp)
    throw wrong(
      `trust policy: trust policy statement ${quote(name)} has invalid signatureVerification: verifyTimestamp must be "always" or "afterCertExpiry", but got ${quote(when)}`,
    );
  const scopes = textsOf(entry["registryScopes"]);
  // Flux overlooks stores and identities of a statement that skips.
  const stores = level === "skip" ? [] : textsOf(entry["trustStores"]);
  const names = level === "skip" ? [] : textsOf(entry["trustedIdentities"]);
  if (level !== "skip" && (stores.length === 0 || names.length === 0))
    throw wrong(
      `trust policy: trust policy statement ${quote(name)} is either missing trust stores or trusted identities, both must be specified`,
    );
  checkStores(name, stores);
  return { name, scopes, level, verifyTimestamp, stores, identities: readIdentities(name, names) };
}

function readLevel(name: string, verification: Readonly<Record<string, unknown>>): TrustStatement["level"] {
  const invalid = (text: string): SignatureError =>
    wrong(`trust policy: trust policy statement ${quote(name)} has invalid signatureVerification: ${text}`);
  const level = textOf(verification["level"]);
  if (level === "") throw invalid("signature verification level is empty or missing in the trust policy statement");
  const overrides = Object.entries(asRecord(verification["override"]));
  if (level === "skip") {
    if (overrides.length > 0)
      throw invalid('signature verification level "skip" can\'t be used to customize signature verification');
    return "skip";
  }
  if (!Object.hasOwn(levels, level)) throw invalid(`invalid signature verification level ${quote(level)}`);
  const result: Record<CheckName, Consequence> = { ...levels[level as keyof typeof levels] };
  for (const [key, value] of overrides) {
    const check = checks.find((one) => one === key);
    const consequence = (["enforce", "log", "skip"] as const).find((one) => one === value);
    if (check === undefined)
      throw invalid(
        `verification type ${quote(key)} in custom signature verification is not supported, supported values are [${checks.map(quote).join(" ")}]`,
      );
    if (consequence === undefined)
      throw invalid(
        `verification action ${quote(String(value))} in custom signature verification is not supported, supported values are ["enforce" "log" "skip"]`,
      );
    if (check === "integrity")
      throw invalid(`${quote(key)} verification can not be overridden in custom signature verification`);
    if (check !== "revocation" && consequence === "skip")
      throw invalid(`${quote(key)} verification can not be skipped in custom signature verification`);
    result[check] = consequence;
  }
  return result;
}

function checkStores(name: string, stores: readonly string[]): void {
  for (const store of stores) {
    const [, type = "", named] = /^([^:]*):(.*)$/.exec(store) ?? [];
    const statement = `trust policy: trust policy statement ${quote(name)}`;
    if (named === undefined)
      throw wrong(
        `${statement} has malformed trust store value ${quote(store)}. The required format is <TrustStoreType>:<TrustStoreName>`,
      );
    if (!["ca", "signingAuthority", "tsa"].includes(type))
      throw wrong(
        `${statement} uses an unsupported trust store type ${quote(type)} in trust store value ${quote(store)}`,
      );
    if (!/^[a-zA-Z0-9_.-]+$/.test(named))
      throw wrong(
        `${statement} uses an unsupported trust store name ${quote(named)} in trust store value ${quote(store)}. Named store name needs to follow [a-zA-Z0-9_.-]+ format`,
      );
  }
}

function readIdentities(name: string, texts: readonly string[]): TrustStatement["identities"] {
  const statement = `trust policy: trust policy statement ${quote(name)}`;
  if (texts.includes("*")) {
    if (texts.length > 1)
      throw wrong(
        `${statement} uses a wildcard trusted identity '*', a wildcard identity cannot be used in conjunction with other values`,
      );
    return "anybody";
  }
  const found: { readonly text: string; readonly name: DistinguishedName }[] = [];
  for (const text of texts) {
    if (text === "") throw wrong(`${statement} has an empty trusted identity`);
    const colon = text.indexOf(":");
    if (colon < 0) throw wrong(`${statement} has trusted identity ${quote(text)} missing separator`);
    if (text.slice(0, colon) !== "x509.subject") continue; // of a plugin, which we do not have
    const value = text.slice(colon + 1);
    if (value === "") throw wrong(`${statement} has trusted identity ${quote(text)} without an identity value`);
    try {
      found.push({ text, name: parseDistinguishedName(value) });
    } catch (cause) {
      throw wrong(
        `${statement} has trusted identity ${quote(text)} with invalid identity value: ${(cause as Error).message}`,
        cause,
      );
    }
  }
  for (const one of found)
    for (const other of found)
      if (one !== other && isSubsetOf(one.name, other.name))
        throw wrong(
          `${statement} has overlapping x509 trustedIdentities, ${quote(one.text)} overlaps with ${quote(other.text)}`,
        );
  return found.map((one) => one.name);
}

const domain = /^(?:[a-z\d]|[a-z\d][a-z\d-]*[a-z\d])(?:\.(?:[a-z\d]|[a-z\d][a-z\d-]*[a-z\d]))*(?::\d+)?$/i;
const path = /^[a-z\d]+(?:(?:[._]|__|-+)[a-z\d]+)*(?:\/[a-z\d]+(?:(?:[._]|__|-+)[a-z\d]+)*)*$/;

function checkScopes(statements: readonly TrustStatement[]): void {
  const seen = new Set<string>();
  for (const { name, scopes } of statements) {
    if (scopes.length === 0)
      throw wrong(
        `trust policy statement ${quote(name)} has zero registry scopes, it must specify registry scopes with at least one value`,
      );
    if (scopes.length > 1 && scopes.includes("*"))
      throw wrong(
        `trust policy statement ${quote(name)} uses wildcard registry scope '*', a wildcard scope cannot be used in conjunction with other scope values`,
      );
    for (const scope of scopes) {
      if (scope !== "*") checkScope(scope);
      if (seen.has(scope))
        throw wrong(
          `registry scope ${quote(scope)} is present in multiple trust policy statements, one registry scope value can only be associated with one statement`,
        );
      seen.add(scope);
    }
  }
}

function checkScope(scope: string): void {
  const slash = scope.indexOf("/");
  const isValid = slash > 0 && domain.test(scope.slice(0, slash)) && path.test(scope.slice(slash + 1));
  if (isValid) return;
  const wildcard = scope.includes("*") ? " with wild card(s)" : "";
  throw wrong(
    `registry scope ${quote(scope)}${wildcard} is not valid, make sure it is a fully qualified repository without the scheme, protocol or tag. For example domain.com/my/repository or a local scope like local/myOCILayout`,
  );
}

function wrong(message: string, cause?: unknown): SignatureError {
  return new SignatureError("InvalidTrust", message, cause === undefined ? {} : { cause });
}

function asRecord(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : {};
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function textsOf(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.map(textOf) : [];
}

function quote(text: string): string {
  return JSON.stringify(text);
}
