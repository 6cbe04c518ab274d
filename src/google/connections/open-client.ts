import type { Config } from '../../config/index.js';
import { type Database, sql } from '../../database/index.js';
import type { Secrets } from '../../secrets/index.js';
import {
  createGoogleClient,
  createTokenSource,
  createUsageCounter,
  createWire,
  type GoogleClient,
  keylessSigner,
  keySigner,
  type MappedFields,
  paceOf,
  readKeylessSource,
  requestToken,
  SCOPES,
  type ScopeSet,
  type Signer,
} from '../client/index.js';
import { openKey } from './credential.js';
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
}

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
  { pageSize, scopesOf = (set) => SCOPES[set] }: ClientPeculiarities = {},
): Promise<GoogleClient> {
  const settings = services.config.google;
  const { id, customer, domain, subject, serviceAccount } = connection;
  const usage = createUsageCounter();
  const dependencies = { settings, usage, wire: createWire(settings, usage) };
  const signer = await signerOf(services, connection, dependencies);
  const sources = new Map<ScopeSet, ReturnType<typeof createTokenSource>>();
  return createGoogleClient({
    settings,
    usage,
    pace: paceOf(id, connection.settings.requestsPerMinute ?? settings.requestsPerMinute, settings.concurrency),
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

async function signerOf(
  { database, secrets, config }: ClientServices,
  { siteId, id, name, keyless }: GoogleConnection,
  dependencies: Parameters<typeof keylessSigner>[0],
): Promise<Signer> {
  if (keyless !== null) return keylessSigner(dependencies, await readKeylessSource(config.google, keyless));
  const [row] = await database.write<{ credential: Buffer | null }>(sql`
    SELECT credential FROM google_connections WHERE site_id = ${siteId} AND id = ${id}`);
  const sealed = row?.credential ?? Buffer.alloc(0);
  return keySigner(openKey(secrets, id, name, sealed), config.google);
}
