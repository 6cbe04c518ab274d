export const USER = 'urn:ietf:params:scim:schemas:core:2.0:User';
export const GROUP = 'urn:ietf:params:scim:schemas:core:2.0:Group';
export const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
export const PATCH_OP = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';

export interface SentOperation {
  readonly op: string;
  readonly path?: string;
  readonly value?: unknown;
}

/** A PATCH body. */
export function patchOp(...operations: readonly SentOperation[]) {
  return { schemas: [PATCH_OP], Operations: operations };
}

/** The query of a lookup, with blanks as `%20`. */
export function where(filter: string): string {
  return `?filter=${encodeURIComponent(filter)}`;
}

/** The same with blanks as `+`, as .NET and Ruby encode them. */
export function wherePlus(filter: string): string {
  return where(filter).replaceAll('%20', '+');
}

export const OKTA_HEADERS = {
  Accept: 'application/scim+json',
  'Accept-Charset': 'utf-8',
  'Accept-Encoding': 'gzip,deflate',
  'User-Agent': 'Okta SCIM Client 1.0.0',
  Connection: 'close',
};
