import { createHash } from 'node:crypto';
import type { AuthenticatedProgram } from '../../connections/index.js';
import type { Database, Sql } from '../../database/index.js';
import { RollcallError } from '../../errors/index.js';
import type { SealedColumn, Secrets } from '../../secrets/index.js';
import type { ApiResponse } from '../api-request.js';
import { Problem } from '../problem.js';
import { giveUp, type KeyedRequest, keepAnswer, receiptOf, takeKey } from './requests.js';

/** Carries a request out. @param receipt a statement for the transaction in which it changes something */
export type Receive = (receipt: Sql | undefined) => Promise<ApiResponse>;

export interface Keyed {
  readonly caller: AuthenticatedProgram;
  /** The header Idempotency-Key. */
  readonly key: string;
  /** Everything by which a repetition is told from another request. */
  readonly described: { readonly method: string; readonly target: string; readonly body: unknown };
  /** A new uuid. */
  readonly attempt: string;
}

const KEY = /^[\x21-\x7e]{1,255}$/;

/** Says that an answer was given before. */
const REPLAYED = { 'idempotency-replayed': 'true' };

/**
 * Carries a request out once, however often it is sent under its key; a repetition gets the first answer. Whether a
 * request was carried out is written in its own transaction, so that a process which dies in between leaves no doubt.
 * What was refused has changed nothing, and is tried again.
 */
export function createIdempotency({ database, secrets }: { database: Database; secrets: Secrets }) {
  /** @throws Problem where it was sealed with a key that is gone */
  const open = (sealed: Buffer, request: KeyedRequest): ApiResponse => {
    try {
      // Only what is sealed below can be opened.
      return JSON.parse(secrets.open('api-answer', sealed, placeOf(request)).toString()) as ApiResponse;
    } catch (error) {
      if (error instanceof RollcallError && error.code === 'secrets.cannot-open') throw answerLost();
      throw error;
    }
  };

  /** @throws Problem `idempotency.*`; what the request itself throws */
  return async function once({ caller, key, described, attempt }: Keyed, perform: Receive): Promise<ApiResponse> {
    if (!KEY.test(key)) {
      throw new Problem(400, 'idempotency.key', 'An Idempotency-Key is 1 to 255 visible ASCII characters.');
    }
    const { siteId, tokenId } = caller;
    const hash = createHash('sha256').update(JSON.stringify(described)).digest();
    const request: KeyedRequest = { siteId, tokenId, key, attempt, hash };
    const former = await takeKey(database, request);
    if (former !== undefined) {
      if (!former.hash.equals(hash)) throw otherRequest();
      if (former.answer === null) throw former.underWay ? inProgress() : answerLost();
      const answer = open(former.answer, request);
      return { ...answer, headers: { ...answer.headers, ...REPLAYED } };
    }
    const answer = await perform(receiptOf(request)).catch(async (error: unknown) => {
      // Should this fail as well, the key is free again after a while.
      await giveUp(database, request).catch(() => undefined);
      throw error;
    });
    const sealed = secrets.seal('api-answer', Buffer.from(JSON.stringify(answer)), placeOf(request));
    await keepAnswer(database, request, sealed);
    return answer;
  };
}

function placeOf({ siteId, tokenId, key }: KeyedRequest): string {
  return `${siteId} ${tokenId} ${key}`;
}

function otherRequest(): Problem {
  const detail = 'This Idempotency-Key was used for another request: use a new key for what is new.';
  return new Problem(409, 'idempotency.other-request', detail);
}

function inProgress(): Problem {
  const detail = 'The request with this Idempotency-Key is under way; come again for its answer.';
  return new Problem(409, 'idempotency.in-progress', detail, { 'retry-after': '1' });
}

function answerLost(): Problem {
  const detail = 'The request with this Idempotency-Key was carried out and its answer is lost: look at what is there.';
  return new Problem(409, 'idempotency.answer-lost', detail);
}

/** Where answers are stored, for hours and not for ever. */
export const apiSealed: readonly SealedColumn[] = [
  {
    table: 'api_requests',
    column: 'answer',
    purpose: 'api-answer',
    belongsTo: "site_id || ' ' || token_id || ' ' || key",
    mend: undefined,
  },
];
