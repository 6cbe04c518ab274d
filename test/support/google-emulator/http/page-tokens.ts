import { createCipheriv, createDecipheriv, hash, randomBytes } from 'node:crypto';
import type { Clock } from '../clock.ts';
import type { Settings } from '../settings.ts';
import { badRequest, invalid, unavailable } from './answer.ts';

/** Where a walk through the pages of a list is. */
export interface Walk {
  readonly id: string;
  /** 1 for the first page. */
  readonly page: number;
  readonly startedAt: number;
  /** The key of the last item that was handed out. */
  readonly after: string | undefined;
}

export interface PageTokens {
  /**
   * The walk that a request goes on with, or a new one. `limited` walks may take `walkLife` only.
   * @throws GoogleError 400 for a token of other parameters, a broken or an old one; 503 for a walk that took too long
   */
  open(query: URLSearchParams, scope: string, limited: boolean): Walk;
  /** The token of the page behind `after`. */
  issue(walk: Walk, query: URLSearchParams, scope: string, after: string | undefined): string;
}

/** What a walk may change from page to page. */
const FREE = new Set(['pageToken', 'maxResults', 'fields', 'prettyPrint', 'quotaUser', 'alt', 'key', '$.xgafv']);

export function createPageTokens(clock: Clock, settings: Settings): PageTokens {
  const key = randomBytes(32);
  return {
    open(query, scope, limited) {
      const token = query.get('pageToken');
      if (token === null || token === '') {
        return { id: randomBytes(6).toString('hex'), page: 1, startedAt: clock.now(), after: undefined };
      }
      const state = unseal(key, token);
      if (state === undefined || state.parameters !== parametersOf(query, scope)) throw invalid('pageToken');
      if (clock.now() - state.issuedAt > settings.pageTokenLife) throw badRequest('The page token has expired');
      if (limited && clock.now() - state.startedAt > settings.walkLife) throw unavailable();
      return { id: state.id, page: state.page, startedAt: state.startedAt, after: state.after };
    },
    issue: ({ id, page, startedAt }, query, scope, after) =>
      seal(key, {
        id,
        page: page + 1,
        startedAt,
        issuedAt: clock.now(),
        parameters: parametersOf(query, scope),
        ...(after !== undefined && { after }),
      }),
  };
}

interface Sealed {
  readonly id: string;
  readonly page: number;
  readonly startedAt: number;
  readonly issuedAt: number;
  readonly parameters: string;
  readonly after?: string;
}

function parametersOf(query: URLSearchParams, scope: string): string {
  const kept = [...query].filter(([name]) => !FREE.has(name)).map(([name, value]) => `${name}=${value}`);
  return hash('sha1', [scope, ...kept.sort()].join('\n'), 'base64url');
}

/** Encrypted, so that nobody can make sense of a token, let alone make one. */
function seal(key: Buffer, state: Sealed): string {
  const nonce = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', key, nonce);
  const text = Buffer.concat([cipher.update(JSON.stringify(state)), cipher.final()]);
  return Buffer.concat([nonce, cipher.getAuthTag(), text]).toString('base64url');
}

function unseal(key: Buffer, token: string): Sealed | undefined {
  const bytes = Buffer.from(token, 'base64url');
  if (bytes.length < 29) return undefined;
  const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, 12));
  decipher.setAuthTag(bytes.subarray(12, 28));
  try {
    return JSON.parse(Buffer.concat([decipher.update(bytes.subarray(28)), decipher.final()]).toString());
  } catch {
    return undefined;
  }
}
