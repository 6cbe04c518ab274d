import { type Change, createChange } from './change/index.js';
import type { Config } from './config/index.js';
import {
  type AuthenticateApi,
  type Authenticator,
  type ClientTraits,
  createAddresses,
  createAuthenticateApi,
  createAuthenticator,
  createClientTraits,
} from './connections/index.js';
import { type Database, type EmbeddedDatabase, migrate, openDatabase, startEmbedded } from './database/index.js';
import { ensureDefaultSite } from './directory/index.js';
import { entities } from './entities.js';
import { RollcallError } from './errors/index.js';
import { ensureLogPartitions } from './log/index.js';
import { createLogger, type Logger } from './logger.js';
import { createSecrets, loadFormerKey, loadSecretKey, type Secrets } from './secrets/index.js';

/** What everything else is made of. */
export interface Services {
  readonly config: Config;
  readonly database: Database;
  /** Where that is, for who needs connections of their own. */
  readonly databaseUrl: string;
  readonly change: Change;
  readonly authenticator: Authenticator;
  readonly authenticateApi: AuthenticateApi;
  readonly clientTraits: ClientTraits;
  readonly secrets: Secrets;
  readonly logger: Logger;
  /** Closes the pools and gives the embedded database up. */
  close(): Promise<void>;
}

export interface ServicesOptions {
  /** Brings the schema up to date, and makes the default site and the log's partitions. True unless said otherwise. */
  readonly migrate?: boolean;
  /** For commands: what is worth a line of a server is noise beside an answer. */
  readonly quiet?: boolean;
}

/**
 * Starts or adopts the embedded PostgreSQL where there is no DATABASE_URL, and opens the database.
 * @throws RollcallError `database.data-dir`, `database.unavailable`, `database.encoding`, `secrets.*`
 */
export async function openServices(config: Config, options: ServicesOptions = {}): Promise<Services> {
  const { level } = config.log;
  const logger = createLogger(options.quiet === true && level === 'info' ? 'warn' : level);
  const embedded = config.database.url === undefined ? await embeddedOf(config, logger) : undefined;
  let database: Database | undefined;
  const close = async (): Promise<void> => {
    await database?.close();
    await embedded?.stop();
  };
  try {
    // One of the two is there: see above.
    const databaseUrl = embedded?.url ?? config.database.url ?? '';
    database = await openDatabase({
      url: databaseUrl,
      readUrl: config.database.readUrl,
      poolSize: config.database.poolSize,
      readPoolSize: config.database.readPoolSize,
      entities,
      onConnectionLost: (error) => logger.warn({ err: error }, 'a connection to the database was lost'),
    });
    if (options.migrate !== false) await prepare(database, logger);
    const { dataDir } = config;
    const secretKey = await loadSecretKey(config.secrets.key, dataDir);
    const secrets = createSecrets(secretKey, await loadFormerKey(config.secrets, dataDir));
    const authenticator = authenticatorOf(config, database, secrets);
    const authenticateApi = createAuthenticateApi(database, config.tokens.cacheMilliseconds);
    const clientTraits = createClientTraits(database);
    const change = createChange(database, config.licensing);
    return {
      config,
      database,
      databaseUrl,
      change,
      authenticator,
      authenticateApi,
      clientTraits,
      secrets,
      logger,
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

async function prepare(database: Database, logger: Logger): Promise<void> {
  const migrated = await migrate(database);
  if (migrated.length > 0) logger.info({ migrated }, 'the database is migrated');
  await ensureDefaultSite(database);
  await ensureLogPartitions(database);
}

async function embeddedOf(config: Config, logger: Logger): Promise<EmbeddedDatabase> {
  try {
    return await startEmbedded({ dataDir: config.dataDir, log: (message) => logger.info(message) });
  } catch (error) {
    if (!(error instanceof Error) || !('syscall' in error)) throw error;
    const message = `DATA_DIR ${config.dataDir} cannot be used: ${error.message}`;
    throw new RollcallError('unavailable', 'database.data-dir', message, {}, { cause: error });
  }
}

/** Checks what clients send to prove who they are. */
export function authenticatorOf({ server, tokens }: Config, database: Database, secrets: Secrets): Authenticator {
  return createAuthenticator({
    database,
    addresses: createAddresses(server.publicUrl),
    accessTokenKey: secrets.key('access-token'),
    cacheMilliseconds: tokens.cacheMilliseconds,
    accessTokenSeconds: tokens.accessTokenSeconds,
  });
}
