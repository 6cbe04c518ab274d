import { hash } from '@node-rs/argon2';
import { RollcallError } from '../../errors/index.js';
import { ScimError } from '../errors.js';
import type { ScimContext } from '../request.js';

/** How a connection treats passwords that its client sends (design section 3). */
export interface PasswordHasher {
  /**
   * @returns the hash to store, or undefined where the connection ignores passwords or none was sent
   * @throws ScimError 400 where the connection refuses them; RollcallError `unavailable` when too many wait
   */
  hashFor(context: ScimContext, password: string | undefined): Promise<string | undefined>;
}

/** Hashing takes 25 ms of a core each: more at once would only make all of them later. */
const AT_ONCE = 2;
const MOST_WAITING = 50;

/** argon2id with the parameters of the library (19 MiB, 2 passes), always outside a transaction. */
export function createPasswordHasher(): PasswordHasher {
  let running = 0;
  const waiting: (() => void)[] = [];

  async function turn(): Promise<void> {
    if (running < AT_ONCE) {
      running += 1;
      return;
    }
    if (waiting.length >= MOST_WAITING) {
      throw new RollcallError('unavailable', 'password.queue-full', 'Too many passwords are being stored; try again.');
    }
    await new Promise<void>((resolve) => waiting.push(resolve));
  }

  function next(): void {
    const following = waiting.shift();
    if (following === undefined) running -= 1;
    else following();
  }

  return {
    async hashFor(context, password) {
      if (password === undefined || context.connection.passwords === 'ignore') return undefined;
      if (context.connection.passwords === 'refuse') {
        throw new ScimError(400, 'invalidValue', 'password: this connection does not take passwords; do not send one.');
      }
      const prepared = preparedPassword(password);
      await turn();
      try {
        return await hash(prepared);
      } finally {
        next();
      }
    },
  };
}

/**
 * RFC 8265 section 4.2 (OpaqueString), which RFC 7643 section 4.1.1 asks for: whatever keyboard it is typed on, the same
 * password is the same text.
 * @throws ScimError 400 invalidValue for control characters, which no login form would let through
 */
function preparedPassword(password: string): string {
  if (/\p{Cc}/u.test(password)) {
    throw new ScimError(400, 'invalidValue', 'password: must not contain control characters.');
  }
  return password.replace(/\p{Zs}/gu, ' ').normalize('NFC');
}
