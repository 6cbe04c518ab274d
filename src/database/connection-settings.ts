import pg from 'pg';

export interface Timeouts {
  /** No statement of a request should take longer; an export uses `stream`, which has no limit. */
  readonly statementTimeoutMillis: number;
  readonly lockTimeoutMillis: number;
  /** Ends what a stuck process holds: its locks would stop everybody else. */
  readonly idleInTransactionTimeoutMillis: number;
  /** How long a request waits for a free connection of the pool, or for a new one. */
  readonly connectionTimeoutMillis: number;
}

export const DEFAULT_TIMEOUTS: Timeouts = {
  statementTimeoutMillis: 30_000,
  lockTimeoutMillis: 10_000,
  idleInTransactionTimeoutMillis: 60_000,
  connectionTimeoutMillis: 5_000,
};

/**
 * int8 as a JavaScript number: versions, counts and sequence numbers stay far below 2^53, and strings would turn
 * every comparison into a trap. A larger value is refused rather than rounded.
 */
function parseInt8(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value)) throw new RangeError(`int8 value ${text} does not fit into a number`);
  return value;
}

/** pg's own parsers (timestamptz to Date, json and jsonb parsed), and `parseInt8`. */
const types: pg.CustomTypesConfig = {
  getTypeParser: (oid, format) => {
    if (oid === pg.types.builtins.INT8 && format !== 'binary') return parseInt8;
    return format === 'binary' ? pg.types.getTypeParser(oid, format) : pg.types.getTypeParser(oid, 'text');
  },
};

export interface ConnectionSettings extends Timeouts {
  readonly url: string;
  readonly poolSize: number;
  readonly applicationName: string;
}

/** What both pools have in common; zero switches a timeout off. */
export function poolConfig(settings: ConnectionSettings): pg.PoolConfig {
  return {
    connectionString: settings.url,
    max: settings.poolSize,
    application_name: settings.applicationName,
    connectionTimeoutMillis: settings.connectionTimeoutMillis,
    // a new connection has no prepared statements yet: keep those that a quiet minute does not need
    idleTimeoutMillis: 300_000,
    // lets a moved primary, a rolled certificate or a grown backend go
    maxLifetimeSeconds: 3_600,
    keepAlive: true,
    types,
    statement_timeout: settings.statementTimeoutMillis,
    lock_timeout: settings.lockTimeoutMillis,
    idle_in_transaction_session_timeout: settings.idleInTransactionTimeoutMillis,
  };
}
