import { randomBytes } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { ScimError } from '../../../src/scim/errors.js';
import { createCursors } from '../../../src/scim/list/index.js';

const SECRET = randomBytes(32);
const TIMEOUT = 60;

let time = 1_000_000;
const cursors = createCursors(SECRET, TIMEOUT, () => time);

const states = fc.record({
  endpoint: fc.constantFrom('/Users', '/Groups'),
  id: fc.uuid(),
  key: fc.option(fc.string({ unit: 'binary', maxLength: 300 })),
  backward: fc.boolean(),
  count: fc.nat(),
  totalResults: fc.nat(),
});
const queries = fc.string({ unit: 'binary' });

function refusalOf(cursor: string, query: string, by = cursors): string | undefined {
  try {
    by.open(cursor, query);
  } catch (error) {
    if (error instanceof ScimError) return `${error.status} ${error.scimType} ${error.detail}`;
    throw error;
  }
  return undefined;
}

describe('cursors', () => {
  it('CUR-05: are of unreserved characters and give back what went in', () => {
    fc.assert(
      fc.property(states, queries, (state, query) => {
        const cursor = cursors.seal(state, query);
        expect(cursor).toMatch(/^[A-Za-z0-9_-]+$/);
        expect(cursors.open(cursor, query)).toEqual(state);
      }),
    );
  });

  it('CUR-19: never show the same text twice, nor the key of the place', () => {
    const state = { endpoint: '/Users', id: 'id', key: 'Miller', backward: false, count: 1, totalResults: 1 };
    const made = Array.from({ length: 100 }, () => cursors.seal(state, ''));
    expect(new Set(made).size).toBe(100);
    for (const cursor of made) expect(Buffer.from(cursor, 'base64url').toString('latin1')).not.toContain('Miller');
  });

  const said = refusalOf('garbage', '');

  it('CUR-07: whatever text comes, it is invalidCursor in the same words', () => {
    expect(said).toMatch(/^400 invalidCursor /);
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: 'binary' }),
          fc.string({ unit: fc.constantFrom(...'ABCabc019-_'), maxLength: 200 }),
          fc.uint8Array({ maxLength: 500 }).map((bytes) => Buffer.from(bytes).toString('base64url')),
          fc.integer({ min: 0, max: 100_000 }).map((length) => 'A'.repeat(length)),
        ),
        queries,
        (text, query) => expect(refusalOf(text, query)).toBe(said),
      ),
      { numRuns: 500 },
    );
  });

  it('CUR-07, CUR-19: one changed bit is enough, and so is one more or less character', () => {
    fc.assert(
      fc.property(states, queries, fc.nat(), (state, query, place) => {
        const cursor = cursors.seal(state, query);
        const bytes = Buffer.from(cursor, 'base64url');
        const at = place % (bytes.length * 8);
        bytes[at >> 3] = (bytes[at >> 3] ?? 0) ^ (1 << (at & 7));
        expect(refusalOf(bytes.toString('base64url'), query)).toBe(said);
        expect(refusalOf(cursor.slice(0, -1), query)).toBe(said);
        expect(refusalOf(`${cursor}A`, query)).toBe(said);
      }),
      { numRuns: 500 },
    );
  });

  it('CUR-10, CUR-17: belong to one query and one key', () => {
    fc.assert(
      fc.property(states, queries, queries, (state, query, other) => {
        fc.pre(Buffer.from(query).compare(Buffer.from(other)) !== 0);
        const cursor = cursors.seal(state, query);
        expect(refusalOf(cursor, other)).toBe(said);
        expect(
          refusalOf(
            cursor,
            query,
            createCursors(randomBytes(32), TIMEOUT, () => time),
          ),
        ).toBe(said);
      }),
    );
  });

  it('CUR-08, CUR-22: are good for the timeout, and then expired, but only for their own query', () => {
    const state = { endpoint: '/Users', id: 'id', key: null, backward: false, count: 1, totalResults: 1 };
    const cursor = cursors.seal(state, 'query');
    time += TIMEOUT * 1000;
    expect(cursors.open(cursor, 'query')).toEqual(state);
    time += 1;
    expect(refusalOf(cursor, 'query')).toMatch(/^400 expiredCursor .*60 seconds/);
    expect(refusalOf(cursor, 'other')).toBe(said);
  });
});
