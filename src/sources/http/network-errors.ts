/** Says what went wrong on the network in the words of Go's net package, which users of Flux search for. */
export function networkErrorText(thrown: unknown, url: URL): string {
  const error = thrown as NodeJS.ErrnoException & { readonly address?: string; readonly port?: number };
  const host = url.hostname.replace(/^\[|\]$/g, "");
  const port = error.port ?? Number(url.port || (url.protocol === "https:" ? 443 : 80));
  const address = error.address ?? host;
  const dialed = address.includes(":") ? `[${address}]:${port}` : `${address}:${port}`;
  switch (error.code) {
    case "ECONNREFUSED":
      return `dial tcp ${dialed}: connect: connection refused`;
    case "ENOTFOUND":
      return `dial tcp: lookup ${host}: no such host`;
    case "EAI_AGAIN":
      return `dial tcp: lookup ${host}: Temporary failure in name resolution`;
    case "EHOSTUNREACH":
      return `dial tcp ${dialed}: connect: no route to host`;
    case "ENETUNREACH":
      return `dial tcp ${dialed}: connect: network is unreachable`;
    case "ETIMEDOUT":
      return `dial tcp ${dialed}: i/o timeout`;
    case "ECONNRESET":
      return error.message === "socket hang up" ? "EOF" : `read tcp ${dialed}: read: connection reset by peer`;
    case "SELF_SIGNED_CERT_IN_CHAIN":
    case "DEPTH_ZERO_SELF_SIGNED_CERT":
    case "UNABLE_TO_VERIFY_LEAF_SIGNATURE":
    case "UNABLE_TO_GET_ISSUER_CERT":
    case "UNABLE_TO_GET_ISSUER_CERT_LOCALLY":
      return "tls: failed to verify certificate: x509: certificate signed by unknown authority";
    case "CERT_HAS_EXPIRED":
      return "tls: failed to verify certificate: x509: certificate has expired or is not yet valid";
    case "ERR_TLS_CERT_ALTNAME_INVALID":
      return `tls: failed to verify certificate: x509: certificate is not valid for any names, but wanted to match ${host}`;
    case "EPROTO":
    case "ERR_SSL_WRONG_VERSION_NUMBER":
      // OpenSSL says so of anything that does not begin as TLS does; nearly always it is a server of plain HTTP.
      if (/wrong version number/i.test(error.message)) return "http: server gave HTTP response to HTTPS client";
      return "tls: first record does not look like a TLS handshake";
  }
  if (thrown instanceof Error) {
    if (thrown.name === "TimeoutError")
      return "context deadline exceeded (Client.Timeout exceeded while awaiting headers)";
    if (thrown.name === "AbortError") return "context canceled";
    return thrown.message;
  }
  return String(thrown);
}
