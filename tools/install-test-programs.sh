#!/usr/bin/env bash
# Installs the programs of the machine that some tests talk to: a real Git, a real server of SSH, a real OCI registry and a client of registries. Tests skip, and say so, where they are missing.
set -u
missing=()
command -v git >/dev/null || missing+=(git)
command -v docker-registry >/dev/null || missing+=(docker-registry)
command -v skopeo >/dev/null || missing+=(skopeo)
command -v openssl >/dev/null || missing+=(openssl)
[ -x /usr/sbin/sshd ] || missing+=(openssh-server)
[ ${#missing[@]} -eq 0 ] && exit 0
if ! command -v apt-get >/dev/null || [ "$(id -u)" != 0 ]; then
  echo "not installed: ${missing[*]} (needs apt-get as root); the tests that need them are skipped" >&2
  exit 0
fi
apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
