import { types } from 'node:util';
import pg from 'pg';
import { RollcallError } from '../errors/index.js';

const AWAY_CODES = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ENOENT', // the socket file of a stopped server
  '57P01', // admin_shutdown
  '57P02', // crash_shutdown
  '57P03', // cannot_connect_now
  '57P05', // idle_session_timeout
  '25P03', // idle_in_transaction_session_timeout: the connection is gone
  '25006', // read_only_sql_transaction: a primary that has become a replica
]);

/** 08: connection exceptions; 53: insufficient resources (connections, disk, memory). */
const AWAY_CLASSES = new Set(['08', '53']);

/** pg and pg-pool give these no code. */
const AWAY_MESSAGES =
  /^(Connection terminated|timeout exceeded when trying to connect|timeout expired|Client has encountered a connection error|Client was closed|Cannot use a pool after calling end|Query read timeout|Received unexpected )/;

const LOCK_NOT_AVAILABLE = '55P03';
const QUERY_CANCELED = '57014';
const DEADLOCK = '40P01';
const SERIALIZATION = '40001';

/** The SQLSTATE or the operating system's code; an AggregateError (several addresses tried) has its parts' code. */
function codeOf(error: unknown): string | undefined {
  if (!types.isNativeError(error)) return undefined;
  if ('code' in error && typeof error.code === 'string') return error.code;
  return 'errors' in error && Array.isArray(error.errors) ? codeOf(error.errors[0]) : undefined;
}

function isAway(error: Error, code: string | undefined): boolean {
  if (code === undefined) return AWAY_MESSAGES.test(error.message);
  return AWAY_CODES.has(code) || (code.length === 5 && AWAY_CLASSES.has(code.slice(0, 2)));
}

/** A deadlock or a serialization failure: the same transaction may succeed when it runs again. */
export function isRepeatable(error: unknown): boolean {
  const code = codeOf(error);
  return code === DEADLOCK || code === SERIALIZATION;
}

/**
 * Turns what means "the database cannot serve now" into RollcallError `unavailable`: `database.unavailable` (away),
 * `database.busy` (a lock was not granted, or the transaction lost every try) or `database.too-slow` (statement
 * timeout). Anything else (a violated constraint, a wrong statement) comes back as it is.
 */
export function toDatabaseError(error: unknown): unknown {
  // not instanceof Error: in jest the errors of Node itself come from another realm
  if (!types.isNativeError(error) || error instanceof RollcallError) return error;
  const code = codeOf(error);
  const unavailable = (name: string, message: string): RollcallError =>
    new RollcallError('unavailable', name, message, code === undefined ? {} : { cause: code }, { cause: error });
  if (isAway(error, code)) return unavailable('database.unavailable', 'The database cannot be reached; try again.');
  if (code === LOCK_NOT_AVAILABLE || isRepeatable(error)) {
    return unavailable('database.busy', 'The database is busy with the same objects; try again.');
  }
  if (code === QUERY_CANCELED) {
    return unavailable('database.too-slow', 'The database took too long to answer; ask for less or try again.');
  }
  return error;
}

/** Whether the database refused the values themselves: SQLSTATE 22, data exceptions, and 23, violated constraints. */
export function refusesData(error: unknown): boolean {
  return error instanceof pg.DatabaseError && /^2[23]/.test(error.code ?? '');
}

/**
 * The name of the constraint or unique index that a statement violated (SQLSTATE class 23), for a feature to tell
 * its own error from; undefined for any other error.
 */
export function violatedConstraint(error: unknown): string | undefined {
  if (!(error instanceof pg.DatabaseError) || !error.code?.startsWith('23')) return undefined;
  return error.constraint;
}
