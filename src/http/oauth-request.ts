import type { IncomingHttpHeaders } from 'node:http';
import type { ClientCredentials, TokenScope } from '../connections/index.js';

/** An error of the token endpoint (RFC 6749 section 5.2). */
export class OAuthError extends Error {
  override readonly name = 'OAuthError';

  constructor(
    readonly error: 'invalid_request' | 'invalid_client' | 'unsupported_grant_type' | 'invalid_scope',
    readonly description: string,
    /** The client used HTTP Basic, so that its answer needs a challenge. */
    readonly usedBasic = false,
  ) {
    super(description);
  }
}

export interface TokenRequest {
  readonly client: ClientCredentials;
  readonly usedBasic: boolean;
  /** Undefined: all that the client may have. */
  readonly scope: TokenScope | undefined;
}

/** What clients may call the scopes; the first two are ours. */
const SCOPES: Readonly<Record<string, TokenScope>> = {
  'scim.read': 'read',
  'scim.write': 'write',
  read: 'read',
  write: 'write',
  scim: 'write',
};

/**
 * Reads a token request: the client in HTTP Basic or in the body (RFC 6749 section 2.3.1), never in both.
 * @param form the body, application/x-www-form-urlencoded
 * @throws OAuthError
 */
export function parseTokenRequest(form: URLSearchParams, headers: IncomingHttpHeaders): TokenRequest {
  for (const name of new Set(form.keys())) {
    // Section 3.2: no parameter twice.
    if (form.getAll(name).length > 1) throw new OAuthError('invalid_request', `${name} is given more than once.`);
  }
  const usedBasic = headers.authorization !== undefined;
  const client = usedBasic ? basicClient(headers.authorization ?? '', form) : formClient(form);
  const grantType = form.get('grant_type');
  if (grantType === null || grantType === '') throw new OAuthError('invalid_request', 'grant_type is missing.');
  if (grantType !== 'client_credentials') {
    throw new OAuthError('unsupported_grant_type', 'Only the grant type client_credentials is offered.');
  }
  return { client, usedBasic, scope: scopeOf(form.get('scope')) };
}

function basicClient(authorization: string, form: URLSearchParams): ClientCredentials {
  if (form.has('client_secret')) {
    throw new OAuthError('invalid_request', 'The client must prove itself in one way: header or body.', true);
  }
  const [, encoded = ''] = /^Basic +([A-Za-z0-9+/]+={0,2})$/i.exec(authorization) ?? [];
  const text = Buffer.from(encoded, 'base64').toString('utf8');
  const colon = text.indexOf(':');
  if (colon === -1)
    throw new OAuthError('invalid_client', 'The Authorization header holds no HTTP Basic client.', true);
  const id = decoded(text.slice(0, colon));
  if (form.has('client_id') && form.get('client_id') !== id) {
    throw new OAuthError('invalid_request', 'Header and body name different clients.', true);
  }
  return { id, secret: decoded(text.slice(colon + 1)) };
}

function formClient(form: URLSearchParams): ClientCredentials {
  const [id, secret] = [form.get('client_id'), form.get('client_secret')];
  if (id === null || secret === null) {
    throw new OAuthError('invalid_client', 'client_id and client_secret are needed, in the body or as HTTP Basic.');
  }
  return { id, secret };
}

/** Section 2.3.1: both parts are form-encoded before base64. Ours need no encoding, so a client that does not is fine. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return text;
  }
}

function scopeOf(text: string | null): TokenScope | undefined {
  const names = (text ?? '').split(' ').filter((name) => name !== '');
  const scopes = names.map((name) => (Object.hasOwn(SCOPES, name) ? SCOPES[name] : undefined));
  if (scopes.includes(undefined)) {
    throw new OAuthError('invalid_scope', 'Scopes are scim.read and scim.write.');
  }
  if (scopes.length === 0) return undefined;
  return scopes.includes('write') ? 'write' : 'read';
}
