/** Where a connection is reached: what its SCIM client is given, and what its tokens say. */
export interface ConnectionAddresses {
  /** `PUBLIC_URL/scim/v2/{connectionKey}`; the audience of its access tokens. */
  baseUrl(connectionKey: string): string;
  /** `PUBLIC_URL/oauth2/{connectionKey}`: the issuer of its access tokens (RFC 8414 section 2). */
  issuer(connectionKey: string): string;
  /** RFC 8414 section 3.1: for an issuer with a path the well-known part comes first. */
  metadata(connectionKey: string): string;
}

/** @param publicUrl without a slash at the end */
export function createAddresses(publicUrl: string): ConnectionAddresses {
  return {
    baseUrl: (connectionKey) => `${publicUrl}/scim/v2/${connectionKey}`,
    issuer: (connectionKey) => `${publicUrl}/oauth2/${connectionKey}`,
    metadata: (connectionKey) => `${publicUrl}/.well-known/oauth-authorization-server/oauth2/${connectionKey}`,
  };
}
