import { randomBytes } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createSecrets } from '../../../src/secrets/index.js';

const secrets = createSecrets(randomBytes(32));
const refused = { code: 'secrets.cannot-open', message: expect.stringMatching(/SECRET_KEY/) };

function opening(work: () => unknown): unknown {
  try {
    return work();
  } catch (error) {
    return error;
  }
}

describe('a sealed secret', () => {
  it('is what it was once it is opened, and looks different each time', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), fc.string(), (bytes, belongsTo) => {
        const plain = Buffer.from(bytes);
        const sealed = secrets.seal('webhook', plain, belongsTo);
        expect(secrets.open('webhook', sealed, belongsTo)).toEqual(plain);
        expect(secrets.seal('webhook', plain, belongsTo)).not.toEqual(sealed);
      }),
    );
  });

  it('is refused where a bit of it differs, elsewhere, for another purpose and with another key', () => {
    const sealed = secrets.seal('webhook', Buffer.from('a secret'), 'here');
    for (let at = 0; at < sealed.length; at += 1) {
      const changed = Buffer.from(sealed);
      changed[at] = (changed[at] ?? 0) ^ 1;
      expect(opening(() => secrets.open('webhook', changed, 'here'))).toMatchObject(refused);
    }
    expect(opening(() => secrets.open('webhook', sealed.subarray(0, 20), 'here'))).toMatchObject(refused);
    expect(opening(() => secrets.open('webhook', sealed, 'there'))).toMatchObject(refused);
    expect(opening(() => secrets.open('cursor', sealed, 'here'))).toMatchObject(refused);
    expect(opening(() => createSecrets(randomBytes(32)).open('webhook', sealed, 'here'))).toMatchObject(refused);
  });
});
