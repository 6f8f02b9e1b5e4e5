import type { KubeObject } from "../../api/index.ts";
import { readBody } from "../http/body.ts";
import type { Call } from "../http/call.ts";
import { respondObject } from "../http/respond.ts";
import { decodeObject } from "../write/decode.ts";
import { timestamp } from "../write/metadata.ts";

/** POST of a review: who may do what. There is one user, and it may do everything. */
export async function answerReview(call: Call): Promise<Response> {
  const review = decodeObject(call, await readBody(call.request));
  return respondObject(call, { ...review, ...answerOf(review, call.core.now()) } as KubeObject, 201);
}

const everything = { verbs: ["*"], apiGroups: ["*"], resources: ["*"] };

function answerOf(review: KubeObject, now: Date): Readonly<Record<string, unknown>> {
  switch (review.kind) {
    case "SelfSubjectReview": {
      const userInfo = { username: "admin", uid: "admin", groups: ["system:masters", "system:authenticated"] };
      return { metadata: { creationTimestamp: timestamp(now) }, status: { userInfo } };
    }
    case "SelfSubjectRulesReview":
      return {
        status: {
          resourceRules: [everything],
          nonResourceRules: [{ verbs: ["*"], nonResourceURLs: ["*"] }],
          incomplete: false,
        },
      };
    case "TokenReview":
      return { status: { user: {} } };
    default:
      return { status: { allowed: true } };
  }
}
