import { createCipheriv, createDecipheriv, createHmac, randomBytes } from 'node:crypto';
import { ScimError } from '../errors.js';

/** Where a walk goes on, and what it has promised so far. */
export interface CursorState {
  /** Path of the resource type, e.g. `/Users`, and the key of the resource that the page begins behind or ends before. */
  readonly endpoint: string;
  readonly id: string;
  readonly key: string | null;
  readonly backward: boolean;
  /** Resources on a page, as first asked for. */
  readonly count: number;
  readonly totalResults: number;
}

/**
 * Cursors are states that the client keeps for us, so that any process can go on with any walk and an abandoned one
 * costs nothing. They are encrypted, since a sort key may be a name and URLs are written to logs, and authenticated
 * together with the query that they belong to.
 */
export interface Cursors {
  /** @param query everything that must stay the same from page to page, as one text */
  seal(state: CursorState, query: string): string;
  /** @throws ScimError 400 invalidCursor, the same for every reason, or expiredCursor */
  open(cursor: string, query: string): CursorState;
}

const SALT_BYTES = 16;
const TAG_BYTES = 16;
const MODE = 'aes-256-gcm';
/** Every cursor has a key of its own, which is used once. */
const NONCE = Buffer.alloc(12);

/** Only what is written here can be read here, so the texts of base64url and their length tell enough beforehand. */
const CURSOR = /^[A-Za-z0-9_-]{44,8192}$/;

type Content = [
  issuedAt: number,
  endpoint: string,
  id: string,
  key: string | null,
  backward: boolean,
  count: number,
  totalResults: number,
];

/**
 * @param secret 32 bytes
 * @param timeoutSeconds how long a cursor can be used
 * @param now the time in milliseconds
 */
export function createCursors(secret: Buffer, timeoutSeconds: number, now: () => number = Date.now): Cursors {
  // GCM with random nonces would wear one key out after 2^32 cursors.
  const keyFor = (salt: Buffer): Buffer => createHmac('sha256', secret).update(salt).digest();

  function decrypt(cursor: string, query: string): Content {
    if (!CURSOR.test(cursor)) throw invalidCursor();
    const bytes = Buffer.from(cursor, 'base64url');
    // Several texts decode to the same bytes; only the one that was given out is good.
    if (bytes.toString('base64url') !== cursor) throw invalidCursor();
    const decipher = createDecipheriv(MODE, keyFor(bytes.subarray(0, SALT_BYTES)), NONCE);
    decipher.setAAD(Buffer.from(query)).setAuthTag(bytes.subarray(-TAG_BYTES));
    const body = decipher.update(bytes.subarray(SALT_BYTES, -TAG_BYTES));
    try {
      return JSON.parse(Buffer.concat([body, decipher.final()]).toString()) as Content;
    } catch (error) {
      throw invalidCursor(error);
    }
  }

  return {
    seal({ endpoint, id, key, backward, count, totalResults }, query) {
      const content: Content = [now(), endpoint, id, key, backward, count, totalResults];
      const salt = randomBytes(SALT_BYTES);
      const cipher = createCipheriv(MODE, keyFor(salt), NONCE).setAAD(Buffer.from(query));
      const body = Buffer.concat([cipher.update(JSON.stringify(content)), cipher.final()]);
      return Buffer.concat([salt, body, cipher.getAuthTag()]).toString('base64url');
    },
    open(cursor, query) {
      const [issuedAt, endpoint, id, key, backward, count, totalResults] = decrypt(cursor, query);
      if (now() - issuedAt > timeoutSeconds * 1000) {
        const detail = `The cursor is older than ${timeoutSeconds} seconds, the setting CURSOR_TIMEOUT_SECONDS: start again.`;
        throw new ScimError(400, 'expiredCursor', detail);
      }
      return { endpoint, id, key, backward, count, totalResults };
    },
  };
}

/** Says nothing about the reason: who has another's cursor learns no more than who made one up. */
export function invalidCursor(cause?: unknown): ScimError {
  const detail = 'The cursor does not belong to this query: start again without it, or send what was given with it.';
  return new ScimError(400, 'invalidCursor', detail, {}, { cause });
}
