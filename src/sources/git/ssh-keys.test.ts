import assert from "node:assert/strict";
import { test } from "node:test";
import { assertUsable } from "./ssh-keys.ts";

const identity = "-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----\n";
const key = "AAAAC3NzaC1lZDI1NTE5AAAAIP3EGlG9ai0b2BLK9eRKNKGlIkxnnVSCtqbKfyW2bS5e";

// What Flux's knownhosts.New (pkg/ssh 0.25) makes of the same lines.
const lines: readonly (readonly [string, string | undefined])[] = [
  ["no host", "knownhosts: missing key type pattern"],
  ["host", "knownhosts: missing host pattern"],
  ["@revoked", "knownhosts: missing host pattern"],
  [`@revoked host ssh-ed25519 ${key}`, undefined],
  [`@cert-authority host ssh-ed25519 ${key}`, undefined],
  ["host ssh-ed25519 !!!!", "illegal base64 data at input byte 0"],
  ["host ssh-ed25519 AAAAA", "illegal base64 data at input byte 4"],
  ["host ssh-ed25519 AA=A", "illegal base64 data at input byte 2"],
  ["host ssh-ed25519 AAAA", "ssh: short read"],
  [`# comment\n\nhost ssh-ed25519 ${key} me\n`, undefined],
  [` \thost\tssh-ed25519\t${key}`, undefined],
  [`host ssh-ed25519 ${key}\nhost`, "knownhosts: missing host pattern"],
];
for (const [knownHosts, problem] of lines)
  test(`assertUsable() says of ${JSON.stringify(knownHosts)}: ${problem ?? "nothing"}`, () => {
    const look = (): void => assertUsable({ identity, knownHosts });
    if (problem === undefined) return look();
    const message = `unable to construct auth method with options: knownhosts: ${problem}`;
    return assert.throws(look, { code: "AuthenticationFailed", message });
  });

test("assertUsable() takes nothing but PEM for a private key", () => {
  const message = "unable to construct auth method with options: ssh: no key found";
  for (const wrong of ["", "no key", `ssh-ed25519 ${key}`, identity.slice(0, -40)])
    assert.throws(() => assertUsable({ identity: wrong, knownHosts: `host ssh-ed25519 ${key}` }), { message });
});
