import {
  type CreatedConnection,
  type NewToken,
  type NewTrustedIssuer,
  rotateToken,
  type TokenScope,
} from '../connections/index.js';
import type { UserSummary } from '../directory/index.js';
import type { Administration } from './administration.js';
import { requireConnection, requireUser } from './lookup.js';

export interface TokenWanted {
  /** Undefined: what the newest one may do. */
  readonly scope: TokenScope | undefined;
  readonly expiresAt: Date;
  /** The only user that it shall reach, by id or userName; undefined for a token of the connection itself. */
  readonly user: string | undefined;
}

export interface RotatedToken {
  readonly created: CreatedConnection;
  readonly token: NewToken;
  readonly user: UserSummary | undefined;
}

/** Makes another token of a connection. @throws RollcallError `connection.not-found`, `user.not-found` */
export async function rotateConnectionToken(
  administration: Administration,
  name: string,
  wanted: TokenWanted,
): Promise<RotatedToken> {
  const { change, actor } = administration;
  const user = wanted.user === undefined ? undefined : await requireUser(administration, wanted.user);
  const scope = wanted.scope ?? (await newestScope(administration, name, user?.id ?? null));
  const token = { scope, expiresAt: wanted.expiresAt, userId: user?.id };
  const request = { action: 'connection.rotate-token', objectType: 'Connection' } as const;
  const created = await change.run(actor, request, () => rotateToken(actor, name, token));
  return { created, token, user };
}

/** A new token may do what the one before it may; the first one of a user only reads. */
async function newestScope(administration: Administration, name: string, userId: string | null): Promise<TokenScope> {
  const { tokens } = await requireConnection(administration, name);
  return tokens.find((token) => token.userId === userId)?.scope ?? (userId === null ? 'write' : 'read');
}

/** What Entra's provisioning service asks its tokens for when an application has no secret token. */
const ENTRA_AUDIENCE = '8adf8e6e-67b2-4cf2-a259-e3dc5476c621';

/** What is undefined is as it usually is. */
interface EntraTerms {
  readonly audience: string | undefined;
  readonly tenant: string | undefined;
  readonly jwksUrl: string | undefined;
  readonly clients: readonly string[];
  readonly scope: TokenScope;
}

/** The JWTs that Entra ID issues for a tenant, where an application has no secret token. */
export function entraIssuer(
  tenantId: string,
  { audience, tenant, jwksUrl, clients, scope }: EntraTerms,
): NewTrustedIssuer {
  return {
    issuer: `https://sts.windows.net/${tenantId}/`,
    audience: audience ?? ENTRA_AUDIENCE,
    tenant: tenant ?? tenantId,
    jwksUrl: jwksUrl ?? `https://login.microsoftonline.com/${tenantId}/discovery/keys`,
    clients,
    scope,
  };
}
