import { timingSafeEqual } from 'node:crypto';
import { decodeJwt } from 'jose';
import type { Database } from '../database/index.js';
import { hashSecret, parseToken } from '../secrets/index.js';
import { type AccessTokens, createAccessTokens } from './access-token.js';
import type { ConnectionAddresses } from './addresses.js';
import type { Connection, TokenScope } from './connection.js';
import { judgeJwt } from './issued-jwt.js';
import { createIssuerKeys, type IssuerKeys } from './issuer-keys.js';
import {
  createFindConnection,
  type FindConnection,
  type KnownConnection,
  type StoredToken,
} from './known-connections.js';

/** Why a token was refused; those from `expired` on only for who holds a secret or a signed token. */
export type Refusal =
  | 'malformed'
  | 'unknown'
  | 'other-connection'
  | 'expired'
  | 'revoked'
  | 'inactive-user'
  | 'not-for-us';

export type Authentication =
  | {
      readonly connection: Connection;
      readonly scope: TokenScope;
      /** When the client will need a new secret; undefined for tokens that it gets anew by itself. */
      readonly expiresAt: Date | undefined;
      /** The only user that the token reaches; undefined for a token of the connection itself. */
      readonly userId: string | undefined;
    }
  /** `connection` is there when the token was once good, so that the log can name it. */
  | { readonly refusal: Refusal; readonly connection: Connection | undefined };

/** A client that proved who it is to the token endpoint, or why not. */
export type ClientGrant =
  | { readonly token: string; readonly scope: TokenScope; readonly seconds: number }
  | { readonly refusal: 'unknown' | 'expired' | 'revoked' | 'scope'; readonly connection: Connection | undefined };

export interface Authenticator {
  /**
   * Checks a bearer token for the connection whose base URL it was sent to.
   * @throws RollcallError `connection.keys-unavailable`
   */
  authenticate(token: string, connectionKey: string): Promise<Authentication>;
  /** Gives a client of a connection an access token (RFC 6749 section 4.4). Without a scope it gets all it may have. */
  grant(connectionKey: string, client: ClientCredentials, scope: TokenScope | undefined): Promise<ClientGrant>;
  /** The connection of a base URL, for what needs no token. */
  findByKey(connectionKey: string): Promise<Connection | undefined>;
  /** Whether the connection has clients of the token endpoint. */
  hasClients(connectionKey: string): Promise<boolean>;
}

export interface ClientCredentials {
  readonly id: string;
  readonly secret: string;
}

export interface AuthenticatorDependencies {
  readonly database: Database;
  readonly addresses: ConnectionAddresses;
  /** 32 bytes, the same in every process. */
  readonly accessTokenKey: Buffer;
  readonly cacheMilliseconds: number;
  readonly accessTokenSeconds: number;
}

export function createAuthenticator(dependencies: AuthenticatorDependencies): Authenticator {
  const { database, addresses, accessTokenKey, cacheMilliseconds, accessTokenSeconds } = dependencies;
  const find = createFindConnection(database, cacheMilliseconds);
  const accessTokens = createAccessTokens(accessTokenKey);
  const keys = createIssuerKeys();
  return {
    authenticate: (text, connectionKey) =>
      text.startsWith('rc_')
        ? judgeSecret(text, connectionKey, find)
        : judgeSigned(text, connectionKey, { find, accessTokens, keys, addresses }),
    async grant(connectionKey, client, scope) {
      const verdict = judgeClient(await find(connectionKey), client, scope);
      if ('refusal' in verdict) return verdict;
      const issuer = addresses.issuer(connectionKey);
      const audience = addresses.baseUrl(connectionKey);
      const claims = { clientId: client.id, scope: verdict.scope };
      const token = await accessTokens.issue(claims, issuer, audience, accessTokenSeconds);
      return { token, scope: verdict.scope, seconds: accessTokenSeconds };
    },
    findByKey: async (connectionKey) => (await find(connectionKey))?.connection,
    hasClients: async (connectionKey) => (await find(connectionKey))?.clients.some(isUsable) ?? false,
  };
}

async function judgeSecret(text: string, connectionKey: string, find: FindConnection): Promise<Authentication> {
  const token = parseToken('connection', text);
  if (token === undefined) return { refusal: 'malformed', connection: undefined };
  if (token.key !== connectionKey) return { refusal: 'other-connection', connection: undefined };
  const found = await find(connectionKey);
  if (found === undefined) return { refusal: 'unknown', connection: undefined };
  const { connection, tokens } = found;
  let match: StoredToken | undefined;
  // Every token is compared, in constant time each, so that the answer's time tells nothing.
  for (const one of tokens) if (timingSafeEqual(one.secretHash, token.secretHash)) match = one;
  if (match === undefined) return { refusal: 'unknown', connection: undefined };
  if (match.revokedAt !== null) return { refusal: 'revoked', connection };
  if (match.expiresAt.getTime() <= Date.now()) return { refusal: 'expired', connection };
  if (match.userInactive) return { refusal: 'inactive-user', connection };
  return { connection, scope: match.scope, expiresAt: match.expiresAt, userId: match.userId ?? undefined };
}

interface SignedDependencies {
  readonly find: FindConnection;
  readonly accessTokens: AccessTokens;
  readonly keys: IssuerKeys;
  readonly addresses: ConnectionAddresses;
}

/** A JWT: our own access token, or that of an issuer whom the connection trusts. */
async function judgeSigned(text: string, connectionKey: string, from: SignedDependencies): Promise<Authentication> {
  const claimed = issuerOf(text);
  if (claimed === undefined) return { refusal: 'malformed', connection: undefined };
  const found = await from.find(connectionKey);
  if (found === undefined) return { refusal: 'unknown', connection: undefined };
  const { connection, issuers } = found;
  if (claimed === from.addresses.issuer(connectionKey)) return judgeOwn(text, found, from);
  const trusted = issuers.filter(({ issuer }) => issuer === claimed);
  const verdict = await judgeJwt(text, trusted, from.keys);
  if (verdict === 'invalid') return { refusal: 'unknown', connection: undefined };
  if (typeof verdict === 'string') return { refusal: verdict, connection };
  return { connection, scope: verdict.issuer.scope, expiresAt: undefined, userId: undefined };
}

async function judgeOwn(
  text: string,
  { connection, clients }: KnownConnection,
  { accessTokens, addresses }: SignedDependencies,
): Promise<Authentication> {
  const { key } = connection;
  const token = await accessTokens.verify(text, addresses.issuer(key), addresses.baseUrl(key));
  if (token === undefined) return { refusal: 'unknown', connection: undefined };
  const client = clients.find(({ id }) => id === token.clientId);
  // A token ends with its client.
  if (client === undefined || client.revokedAt !== null) return { refusal: 'revoked', connection };
  const scope = client.scope === 'read' ? 'read' : token.scope;
  return { connection, scope, expiresAt: undefined, userId: undefined };
}

function judgeClient(
  found: KnownConnection | undefined,
  { id, secret }: ClientCredentials,
  wanted: TokenScope | undefined,
): { scope: TokenScope } | Extract<ClientGrant, { refusal: unknown }> {
  const hash = hashSecret(secret);
  const client = found?.clients.find((one) => one.id === id);
  // Compared also where there is no such client, so that the answer's time tells nothing.
  const matches = timingSafeEqual(client?.secretHash ?? hashSecret(''), hash);
  if (found === undefined || client === undefined || !matches) return { refusal: 'unknown', connection: undefined };
  const { connection } = found;
  if (client.revokedAt !== null) return { refusal: 'revoked', connection };
  if (client.expiresAt.getTime() <= Date.now()) return { refusal: 'expired', connection };
  if (wanted === 'write' && client.scope === 'read') return { refusal: 'scope', connection };
  return { scope: wanted ?? client.scope };
}

function isUsable({ revokedAt, expiresAt }: { revokedAt: Date | null; expiresAt: Date }): boolean {
  return revokedAt === null && expiresAt.getTime() > Date.now();
}

/** Which issuer a JWT says it has; nothing is checked yet. */
function issuerOf(text: string): string | undefined {
  try {
    return decodeJwt(text).iss;
  } catch {
    // No JWT.
    return undefined;
  }
}
