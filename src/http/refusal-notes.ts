import { LRUCache } from 'lru-cache';
import type { Logger } from 'pino';
import type { Change, Request } from '../change/index.js';
import type { Actor } from '../directory/index.js';
import type { RollcallError } from '../errors/index.js';

/** A client with an old token asks again and again; one line a minute says it all. */
const MINUTE = 60_000;
const DAY = 86_400_000;
/** Beyond it the ones that were noted longest ago are noted again. */
const MOST_NAMES = 10_000;

/** Writes down in the provisioning log that somebody was refused whose name is known. Never rejects. */
export type NoteRefusal = (
  actor: Actor,
  request: Request & { objectId: string },
  error: RollcallError,
) => Promise<void>;

export function createNoteRefusal({ change, logger }: { change: Change; logger: Logger }): NoteRefusal {
  const refusals = new LRUCache<string, true>({ max: MOST_NAMES, ttl: MINUTE });
  return async (actor, request, error) => {
    const key = `${request.objectId} ${error.code}`;
    if (refusals.has(key)) return;
    refusals.set(key, true);
    try {
      await change.refuse(actor, request, error);
    } catch (failure) {
      // The refusal stands, also where it cannot be written down.
      refusals.delete(key);
      const { correlationId } = actor;
      logger.warn({ err: failure, object: request.objectId, correlationId }, 'a refusal could not be logged');
    }
  };
}

/** A token that was used, and whom it belongs to as the operator knows them. */
export interface UsedToken {
  readonly holder: Readonly<Record<string, string>>;
  readonly expiresAt: Date;
  /** The command that makes another one. */
  readonly command: string;
}

/** Warns in the server's log, once a day and token, that it will expire. */
export function createWarnOfExpiry(logger: Logger, warningDays: number): (token: UsedToken) => void {
  const warnings = new LRUCache<string, true>({ max: MOST_NAMES, ttl: DAY });
  const warningMilliseconds = warningDays * DAY;
  return ({ holder, expiresAt, command }) => {
    const left = expiresAt.getTime() - Date.now();
    if (left > warningMilliseconds) return;
    const key = `${Object.values(holder).join(' ')} ${expiresAt.getTime()}`;
    if (warnings.has(key)) return;
    warnings.set(key, true);
    const message = `a token expires soon: make another one with \`${command}\``;
    logger.warn({ ...holder, expiresAt, days: Math.floor(left / DAY) }, message);
  };
}
