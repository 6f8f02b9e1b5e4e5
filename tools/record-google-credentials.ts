// Records what golang.org/x/oauth2, the library of Flux, sends to get access tokens from credentials of Google; needs Go:
//   node tools/record-google-credentials.ts
import { readFileSync, writeFileSync } from "node:fs";
import { runGo } from "./run-go.ts";

const testdata = "src/oci/cloud/testdata";
const answer = runGo("google-credentials", {
  needs: ["golang.org/x/oauth2 v0.36.0", "cloud.google.com/go/compute/metadata v0.9.0"],
  input: readFileSync(`${testdata}/google-credentials.input.json`, "utf8"),
  env: {
    AWS_REGION: "eu-west-1",
    AWS_ACCESS_KEY_ID: "AK",
    AWS_SECRET_ACCESS_KEY: "SK",
    AWS_SESSION_TOKEN: "ST",
  },
  files: { token: "from a file\n" },
});
writeFileSync(`${testdata}/google-credentials.output.json`, answer);
