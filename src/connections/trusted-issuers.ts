import { isProtectedUrl } from '../config/index.js';
import { type Database, sql } from '../database/index.js';
import { type Actor, type LockingCommand, newObjectId } from '../directory/index.js';
import { RollcallError } from '../errors/index.js';
import type { Connection, TokenScope } from './connection.js';
import { onConnection } from './on-connection.js';

/** Whose JWTs a connection takes. */
export interface TrustedIssuer {
  readonly id: string;
  /** Exactly what the claim iss must be. */
  readonly issuer: string;
  readonly audience: string;
  /** What the claim tid must be; null: it is not looked at. */
  readonly tenant: string | null;
  /** Null: what the issuer's discovery document says. */
  readonly jwksUrl: string | null;
  /** Which azp, appid or sub may come; empty: every one of the issuer's. */
  readonly clients: readonly string[];
  readonly scope: TokenScope;
}

export type NewTrustedIssuer = Omit<TrustedIssuer, 'id'>;

/**
 * Lets a connection take the JWTs of an issuer.
 * @throws RollcallError `connection.not-found`, `connection.issuer-invalid`, `connection.issuer-exists`
 */
export function trustIssuer(
  actor: Actor,
  connectionName: string,
  wanted: NewTrustedIssuer,
): LockingCommand<TrustedIssuer> {
  for (const url of [wanted.issuer, wanted.jwksUrl]) if (url !== null) requireUrl(url);
  if (wanted.audience.trim() === '')
    throw invalid('An audience is needed: without one every token of the issuer fits.');
  return onConnection(actor, 'connection.trust-issuer', connectionName, async ({ siteId, id: connectionId }) => {
    const issuer = { ...wanted, id: newObjectId() };
    return {
      result: issuer,
      changed: [{ attribute: 'trustedIssuers', old: undefined, new: issuer }],
      writes: [
        sql`
          INSERT INTO trusted_issuers (site_id, connection_id, id, issuer, audience, tenant, jwks_url, clients, scope)
          VALUES (${siteId}, ${connectionId}, ${issuer.id}, ${issuer.issuer}, ${issuer.audience}, ${issuer.tenant},
            ${issuer.jwksUrl}, ${issuer.clients}::text[], ${issuer.scope})`,
      ],
    };
  });
}

/** Ends that. @throws RollcallError `connection.not-found`, `connection.no-issuer` */
export function distrustIssuer(actor: Actor, connectionName: string, issuerId: string): LockingCommand<void> {
  return onConnection(actor, 'connection.distrust-issuer', connectionName, async (connection, transaction) => {
    const [removed] = await transaction.run<{ issuer: string }>(sql`
      DELETE FROM trusted_issuers
      WHERE site_id = ${connection.siteId} AND connection_id = ${connection.id} AND id::text = ${issuerId}
      RETURNING issuer`);
    if (removed === undefined) {
      const message = `${connectionName} trusts no issuer with the id ${issuerId}.`;
      throw new RollcallError('not-found', 'connection.no-issuer', message);
    }
    return { result: undefined, changed: [{ attribute: 'trustedIssuers', old: removed, new: undefined }], writes: [] };
  });
}

export function readTrustedIssuers(database: Database, connection: Connection): Promise<TrustedIssuer[]> {
  return database.read<TrustedIssuer>(sql`
    SELECT id, issuer, audience, tenant, jwks_url AS "jwksUrl", clients, scope FROM trusted_issuers
    WHERE site_id = ${connection.siteId} AND connection_id = ${connection.id} ORDER BY created_at`);
}

function requireUrl(url: string): void {
  // Keys that came over plain HTTP could be anybody's.
  if (!isProtectedUrl(url)) throw invalid(`${url} is no https URL; issuer and keys must have one.`);
}

function invalid(message: string): RollcallError {
  return new RollcallError('invalid', 'connection.issuer-invalid', message);
}
