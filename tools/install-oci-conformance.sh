#!/usr/bin/env bash
# Builds the OCI distribution conformance suite with Go, once, for src/oci/registry/conformance.test.ts. Without Go that test skips and says so.
set -u
bin=${COX_PEERS:-$HOME/.cache/coxswain-peers}/bin
[ -x "$bin/oci-conformance" ] && exit 0
if ! command -v go >/dev/null; then
  echo "not built: the OCI conformance suite (needs Go); its test is skipped" >&2
  exit 0
fi
made=$(mktemp -d)
trap 'rm -rf "$made"' EXIT
if GOBIN=$made go install github.com/opencontainers/distribution-spec/conformance@v0.0.0-20260831232431-97274622c111 2>"$made/log"; then
  mkdir -p "$bin" && mv "$made/conformance" "$bin/oci-conformance"
else
  echo "not built: the OCI conformance suite: $(tail -1 "$made/log")" >&2
fi
