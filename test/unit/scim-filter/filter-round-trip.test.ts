import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type Filter, formatFilter, parseFilter } from '../../../src/scim/filter/index.js';

const LIMITS = { length: 1_000_000, depth: 100, terms: 10_000 };
const path = fc.constantFrom(
  'userName',
  'name.familyName',
  'groups.$ref',
  'urn:ietf:params:scim:schemas:core:2.0:User:title',
);
const string = fc.string({ unit: 'binary' }).filter((text) => !text.includes('\0') && !/\p{Surrogate}/u.test(text));
const number = fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => (value === 0 ? 0 : value));
const operand = fc.oneof(string, number, fc.boolean(), fc.constant(null));
const operator = fc.constantFrom('eq', 'ne', 'co', 'sw', 'ew', 'gt', 'ge', 'lt', 'le');

const { filter } = fc.letrec<{ filter: Filter; inner: Filter; test: Filter }>((tie) => {
  const joined = (of: 'filter' | 'inner') =>
    fc
      .tuple(fc.constantFrom('and', 'or'), fc.array(tie(of), { minLength: 2, maxLength: 3 }))
      .map(
        ([kind, filters]): Filter => ({ kind, filters: filters.flatMap((f) => (f.kind === kind ? f.filters : [f])) }),
      );
  const negated = (of: 'filter' | 'inner') => tie(of).map((f): Filter => ({ kind: 'not', filter: f }));
  return {
    test: fc.oneof(
      fc.record({ kind: fc.constant('compare'), path, operator, operand }),
      fc.record({ kind: fc.constant('present'), path }),
    ) as fc.Arbitrary<Filter>,
    inner: fc.oneof({ maxDepth: 4 }, tie('test'), joined('inner'), negated('inner')),
    filter: fc.oneof(
      { maxDepth: 4 },
      tie('test'),
      tie('inner').map((f): Filter => ({ kind: 'valuePath', path: 'emails', filter: f })),
      joined('filter'),
      negated('filter'),
    ),
  };
});

describe('formatFilter', () => {
  it('FLT-18, FLT-21, FLT-42: gives text that parses to the same filter', () => {
    fc.assert(
      fc.property(filter, (ast) => {
        expect(parseFilter(formatFilter(ast), LIMITS)).toEqual(ast);
      }),
      { numRuns: 1000 },
    );
  });

  it('FLT-53: any text is parsed or refused with 400 invalidFilter', () => {
    const pieces = fc.constantFrom(
      'a',
      ' ',
      'eq',
      '"x"',
      '(',
      ')',
      '[',
      ']',
      'and',
      'or',
      'not',
      '.',
      '1',
      'pr',
      '"',
      '\\',
    );
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 30 }), (parts) => {
        try {
          parseFilter(parts.join(''), LIMITS);
        } catch (error) {
          expect(error).toMatchObject({ status: 400, scimType: 'invalidFilter' });
        }
      }),
      { numRuns: 2000 },
    );
  });
});
