import { type Server, serve } from "../http/serve.ts";

/** Serves MinIO's `AssumeRoleWithLDAPIdentity` for one user. */
export function serveSts(options: {
  readonly user: { readonly username: string; readonly password: string };
  readonly keys: { readonly accessKey: string; readonly secretKey: string; readonly sessionToken?: string };
}): Promise<Server> {
  const { user, keys } = options;
  return serve(async (request) => {
    const form = new URLSearchParams(await request.text());
    if (form.get("Action") !== "AssumeRoleWithLDAPIdentity" || form.get("Version") !== "2011-06-15")
      return refuse(400, "InvalidParameterValue", "Unsupported action.");
    if (form.get("LDAPUsername") !== user.username || form.get("LDAPPassword") !== user.password)
      return refuse(400, "InvalidParameterValue", "LDAP server error: the user is not known.");
    const { accessKey, secretKey, sessionToken = "" } = keys;
    const found = `<AccessKeyId>${accessKey}</AccessKeyId><SecretAccessKey>${secretKey}</SecretAccessKey><Expiration>2036-01-01T00:00:00Z</Expiration><SessionToken>${sessionToken}</SessionToken>`;
    const result = `<AssumeRoleWithLDAPIdentityResult><Credentials>${found}</Credentials></AssumeRoleWithLDAPIdentityResult>`;
    return xml(
      200,
      `<AssumeRoleWithLDAPIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">${result}</AssumeRoleWithLDAPIdentityResponse>`,
    );
  });
}

function refuse(status: number, code: string, message: string): Response {
  const error = `<Error><Type></Type><Code>${code}</Code><Message>${message}</Message></Error>`;
  return xml(
    status,
    `<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">${error}<RequestId>1</RequestId></ErrorResponse>`,
  );
}

function xml(status: number, body: string): Response {
  const headers = { "content-type": "application/xml" };
  return new Response(`<?xml version="1.0" encoding="UTF-8"?>\n${body}`, { status, headers });
}
