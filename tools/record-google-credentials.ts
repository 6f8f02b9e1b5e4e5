// Records what golang.org/x/oauth2, the library of Flux, sends to get access tokens from credentials of Google; needs Go:
//   node tools/record-google-credentials.ts
import { execFileSync } from "node:child_process";
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const input = readFileSync("src/oci/cloud/testdata/google-credentials.input.json", "utf8");
const folder = mkdtempSync(join(tmpdir(), "cox-google-"));
try {
  copyFileSync("tools/google-credentials/main.go", join(folder, "main.go"));
  const needs = ["golang.org/x/oauth2 v0.36.0", "cloud.google.com/go/compute/metadata v0.9.0"];
  writeFileSync(
    join(folder, "go.mod"),
    `module credentials\n\ngo 1.25\n\n${needs.map((one) => `require ${one}\n`).join("")}`,
  );
  writeFileSync(join(folder, "token"), "from a file\n");
  const aws = {
    AWS_REGION: "eu-west-1",
    AWS_ACCESS_KEY_ID: "AK",
    AWS_SECRET_ACCESS_KEY: "SK",
    AWS_SESSION_TOKEN: "ST",
  };
  const answer = execFileSync("go", ["run", "."], {
    cwd: folder,
    env: { ...process.env, ...aws, GOFLAGS: "-mod=mod" },
    input,
  });
  writeFileSync("src/oci/cloud/testdata/google-credentials.output.json", answer);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
