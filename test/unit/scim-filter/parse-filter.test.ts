import { describe, expect, it } from '@jest/globals';
import { ScimError } from '../../../src/scim/errors.js';
import { type FilterLimits, formatFilter, parseFilter } from '../../../src/scim/filter/index.js';

const LIMITS: FilterLimits = { length: 4000, depth: 10, terms: 50 };
const parse = (text: string) => parseFilter(text, LIMITS);
/** The canonical text, with every grouping spelled out by parentheses that matter. */
const canonical = (text: string) => formatFilter(parse(text));

function refusal(text: string, limits: FilterLimits = LIMITS): ScimError {
  try {
    parseFilter(text, limits);
  } catch (error) {
    if (error instanceof ScimError) return error;
    throw error;
  }
  throw new Error(`${text} was accepted`);
}

describe('parseFilter', () => {
  it('FLT-14, FLT-15: takes operators and keywords in any case and leaves names as written', () => {
    expect(parse('Username Eq "john"')).toEqual({ kind: 'compare', path: 'Username', operator: 'eq', operand: 'john' });
    expect(canonical('NOT (title PR) AND a NE 1 Or b cO "x"')).toBe('not (title pr) and a ne 1 or b co "x"');
  });

  it('FLT-18, FLT-19, FLT-20: not binds tighter than and, and tighter than or', () => {
    expect(parse('a pr or b pr and c pr')).toEqual({
      kind: 'or',
      filters: [
        { kind: 'present', path: 'a' },
        {
          kind: 'and',
          filters: [
            { kind: 'present', path: 'b' },
            { kind: 'present', path: 'c' },
          ],
        },
      ],
    });
    expect(canonical('not (a pr) and b pr')).toBe('not (a pr) and b pr');
    expect(canonical('(not (a pr)) and b pr')).toBe('not (a pr) and b pr');
    expect(canonical('title sw "M" and userType eq "E"')).toBe(canonical('(title sw "M") and (userType eq "E")'));
  });

  it('FLT-21: parentheses override precedence and nest', () => {
    expect(canonical('(a pr or b pr) and (c pr or (d pr and e pr))')).toBe(
      '(a pr or b pr) and (c pr or d pr and e pr)',
    );
    expect(canonical('((a pr and b pr) and (c pr))')).toBe('a pr and b pr and c pr');
  });

  it('FLT-22: not needs parentheses, with or without a space', () => {
    expect(canonical('not(a pr)')).toBe(canonical('not (a pr)'));
    expect(refusal('not a pr').detail).toContain('not must be followed by (');
    expect(refusal('not').scimType).toBe('invalidFilter');
  });

  it('FLT-24, FLT-26: value paths hold and, or, not and parentheses', () => {
    expect(canonical('emails[type eq "work" or (type eq "home" and not (value ew "@x"))]')).toBe(
      'emails[type eq "work" or type eq "home" and not (value ew "@x")]',
    );
  });

  it('FLT-27: refuses a value path inside a value path', () => {
    expect(refusal('emails[a[b eq 1]]').detail).toContain('inside a value path');
    expect(refusal('emails[(a[b eq 1])]').scimType).toBe('invalidFilter');
    expect(canonical('emails[type pr] and ims[type pr]')).toBe('emails[type pr] and ims[type pr]');
  });

  it('FLT-30, FLT-31: reads URNs with dots and $ref', () => {
    const urn = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager.value';
    expect(parse(`${urn} eq "1"`)).toMatchObject({ path: urn });
    expect(parse('groups.$ref eq "x"')).toMatchObject({ path: 'groups.$ref' });
  });

  it('FLT-39: names an operator that does not exist', () => {
    expect(refusal('userName regex ".*"').detail).toContain('regex');
  });

  it.each([
    'userName',
    'userName eq',
    'eq "x"',
    'and userName pr',
    'userName pr and',
    'userName pr or or title pr',
    '(userName pr',
    'userName pr)',
    'emails[type pr',
    'emails[type pr)',
    'emails[]',
    'emails type pr]',
    'userName pr "x"',
    'userName eq "x" "y"',
    'userName eq "x" title',
    'userName eq "x',
    'userName eq"x"',
    'userName eq "x"and title pr',
    'emails[type pr].value',
    'emails[type pr].value.x eq "y"',
    'emails[type pr] eq "x"',
    'emails[0]',
    '.userName pr',
    'name..x pr',
    'name. pr',
    'userName eq (x)',
    '()',
    '"x" eq userName',
  ])('FLT-40: refuses %s', (text) => {
    expect(refusal(text)).toMatchObject({ status: 400, scimType: 'invalidFilter' });
  });

  it('FLT-41: refuses an empty filter', () => {
    expect(refusal('').detail).toContain('empty');
    expect(refusal('  ').scimType).toBe('invalidFilter');
  });

  it('FLT-42, A-23: takes JSON literals only', () => {
    expect(parse('a eq "\\"\\\\\\u00e9\\n"')).toMatchObject({ operand: '"\\\u00e9\n' });
    expect(parse('a eq -1.5e2')).toMatchObject({ operand: -150 });
    expect(parse('a eq true')).toMatchObject({ operand: true });
    expect(parse('a eq null')).toMatchObject({ operand: null });
    expect(refusal('externalId eq jyoung').detail).toContain('jyoung');
    for (const text of ["a eq 'x'", 'a eq True', 'a eq NULL', 'a eq 01', 'a eq 1.', 'a eq +1', 'a eq 1e999']) {
      expect(refusal(text).scimType).toBe('invalidFilter');
    }
    for (const text of ['a eq "\\x"', 'a eq "\\ud800"', 'a eq "\\u0000"', 'a eq "\t"']) {
      expect(refusal(text).scimType).toBe('invalidFilter');
    }
  });

  it('FLT-51, A-24: takes a comparison after the brackets as one more condition on the same value', () => {
    expect(canonical('emails[type eq "work"].value eq "a@b"')).toBe('emails[type eq "work" and value eq "a@b"]');
    expect(canonical('emails[type eq "work" or primary eq true].Value SW "a"')).toBe(
      'emails[(type eq "work" or primary eq true) and Value sw "a"]',
    );
    expect(canonical('emails[type eq "work"].value pr and active eq true')).toBe(
      'emails[type eq "work" and value pr] and active eq true',
    );
    const strict = () => parseFilter('emails[type eq "work"].value pr', LIMITS, { subAttributeOfValuePath: false });
    expect(strict).toThrow(ScimError);
  });

  it('FLT-53: names the limit that is exceeded', () => {
    expect(refusal('userName pr', { ...LIMITS, length: 5 }).detail).toContain('limit of 5');
    expect(refusal('((a pr))', { ...LIMITS, depth: 1 }).detail).toContain('limit of 1');
    expect(refusal('emails[not (a pr)]', { ...LIMITS, depth: 1 }).detail).toContain('limit of 1');
    expect(refusal('a pr or b pr or c pr', { ...LIMITS, terms: 2 }).detail).toContain('limit of 2');
    expect(refusal(`${'('.repeat(1000)}a pr`).detail).toContain('nested');
  });

  it('FLT-53: reads long filters in linear time', () => {
    const limits = { length: 1e7, depth: 10, terms: 1e6 };
    const started = performance.now();
    for (const piece of ['a', '(', '"', '\\', '[', 'a.', ' ', '1', 'a pr or ']) {
      try {
        parseFilter(piece.repeat(1_000_000 / piece.length), limits);
      } catch (error) {
        expect(error).toBeInstanceOf(ScimError);
      }
    }
    expect(performance.now() - started).toBeLessThan(10_000);
  });

  it('FLT-55: tolerates extra spaces', () => {
    expect(canonical('  ( userName   eq  "x" )  and  emails [ type  pr ] ')).toBe(
      'userName eq "x" and emails[type pr]',
    );
  });

  it('tells where the mistake is', () => {
    expect(refusal('a pr or b xx').detail).toBe('Invalid filter: the operator xx does not exist (at character 11)');
  });
});
