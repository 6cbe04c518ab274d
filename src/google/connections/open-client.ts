import type { Config } from '../../config/index.js';
import { type Database, sql } from '../../database/index.js';
import type { Secrets } from '../../secrets/index.js';
import {
  createGoogleClient,
  createTokenSource,
  createUsageCounter,
  createWire,
  type GoogleClient,
  type GoogleClientSettings,
  keylessSigner,
  keySigner,
  type MappedFields,
  paceOf,
  requestToken,
  SCOPES,
  type ScopeSet,
  type TokenSource,
} from '../client/index.js';
import { type Credential, keyCredential, openKey, readCredential } from './credential.js';
import type { GoogleConnection } from './google-connection.js';

export interface ClientServices {
  readonly config: Pick<Config, 'google'>;
  readonly database: Database;
  readonly secrets: Secrets;
}

/** What only a test of the connection asks for. */
export interface ClientPeculiarities {
  readonly pageSize?: number;
  /** Other scopes than a set has by itself. */
  readonly scopesOf?: (set: ScopeSet) => readonly string[];
  /** Other settings than the operator's. */
  readonly settings?: Partial<GoogleClientSettings>;
}

/** As much of a connection as its client needs; it may not be stored yet. */
export type ConnectionOutline = Pick<
  GoogleConnection,
  'id' | 'customer' | 'domain' | 'subject' | 'serviceAccount' | 'settings'
>;

/**
 * A client that reads what a connection may read. Whoever opens one for the same connection in this process shares its
 * pace. Nothing is sent before the first call.
 * @param mappedFields fields of Google's that a mapping reads, beside those that every run needs
 * @throws RollcallError `google.*` of the class `configuration`
 */
export async function openGoogleClient(
  services: ClientServices,
  connection: GoogleConnection,
  mappedFields: MappedFields,
): Promise<GoogleClient> {
  const credential = await storedCredential(services, connection);
  return clientBy(services.config.google, credential, connection, mappedFields);
}

/** The same by a credential at hand. @throws RollcallError `google.*` of the class `configuration` */
export function clientBy(
  configured: GoogleClientSettings,
  credential: Credential,
  { id, customer, domain, subject, serviceAccount, settings: own }: ConnectionOutline,
  mappedFields: MappedFields,
  { pageSize, scopesOf = (set) => SCOPES[set], settings: different }: ClientPeculiarities = {},
): Promise<GoogleClient> {
  const settings = { ...configured, ...different };
  const usage = createUsageCounter();
  const dependencies = { settings, usage, wire: createWire(settings, usage) };
  const signer =
    credential.kind === 'key' ? keySigner(credential.key, settings) : keylessSigner(dependencies, credential.source);
  const sources = new Map<ScopeSet, TokenSource>();
  return createGoogleClient({
    settings,
    usage,
    pace: paceOf(id, own.requestsPerMinute ?? settings.requestsPerMinute, settings.concurrency),
    customer: customer ?? undefined,
    domain: domain ?? undefined,
    subject: subject ?? undefined,
    serviceAccount,
    mappedFields,
    ...(pageSize === undefined ? {} : { pageSize }),
    tokens(set) {
      let source = sources.get(set);
      if (source === undefined) {
        const scopes = scopesOf(set);
        source = createTokenSource((signal) =>
          requestToken(dependencies, signer, subject ?? undefined, scopes, signal),
        );
        sources.set(set, source);
      }
      return source;
    },
  });
}

/** What a connection proves itself with, opened. @throws RollcallError `google.secret-key`, `google.keyless-*` */
export async function storedCredential(
  { database, secrets, config }: ClientServices,
  { siteId, id, name, keyless }: GoogleConnection,
): Promise<Credential> {
  if (keyless !== null) return readCredential(config.google, { keyless });
  const [row] = await database.write<{ credential: Buffer | null }>(sql`
    SELECT credential FROM google_connections WHERE site_id = ${siteId} AND id = ${id}`);
  return keyCredential(openKey(secrets, id, name, row?.credential ?? Buffer.alloc(0)));
}
