import { describe, expect, it } from '@jest/globals';
import {
  type Attribute,
  COMMON,
  canonicalDateTime,
  compileSchema,
  ENTERPRISE_USER_URN,
  foldDocument,
  foldValue,
  resolveAttribute,
  USER,
  USER_URN,
  validateDocument,
} from '../../../src/scim/schema/index.js';
import { refusal } from './support.js';

function attribute(path: string): Attribute {
  const found = resolveAttribute(USER, path);
  if (found === undefined) throw new Error(path);
  return found.subAttribute ?? found.attribute;
}

describe('canonicalDateTime', () => {
  it.each([
    ['2011-05-13T04:42:34Z', '2011-05-13T04:42:34.000000Z'],
    ['2011-05-13T06:42:34+02:00', '2011-05-13T04:42:34.000000Z'],
    ['2024-02-29T23:59:59.1234567-00:30', '2024-03-01T00:29:59.123456Z'],
    ['2024-12-31T24:00:00Z', '2025-01-01T00:00:00.000000Z'],
    ['2024-01-01T00:00:00', '2024-01-01T00:00:00.000000Z'],
    ['0050-01-01T00:00:00Z', '0050-01-01T00:00:00.000000Z'],
  ])('FLT-09 DAT-05 reads %s', (text, expected) => {
    expect(canonicalDateTime(text)).toBe(expected);
  });

  it.each([
    '2024-01-01',
    'yesterday',
    '2023-02-29T00:00:00Z',
    '2024-13-01T00:00:00Z',
    '2024-00-10T00:00:00Z',
    '2024-01-01T25:00:00Z',
    '2024-01-01T24:00:01Z',
    '2024-01-01T00:60:00Z',
    '2024-01-01T00:00:60Z',
    '2024-01-01T00:00:00+15:00',
    '2024-01-01 00:00:00Z',
    '0000-01-01T00:00:00Z',
    '9999-12-31T23:59:59-01:00',
  ])('FLT-49 DAT-05 refuses %s', (text) => {
    expect(canonicalDateTime(text)).toBeUndefined();
  });
});

describe('foldDocument', () => {
  it('FLT-16 FLT-17 FLT-52 folds by the case rule of each attribute', () => {
    const document = {
      schemas: [USER_URN, ENTERPRISE_USER_URN],
      userName: 'Zoe\u0308',
      active: true,
      profileUrl: 'https://H/A',
      emails: [{ value: 'A@B', primary: true }],
      [ENTERPRISE_USER_URN]: { department: 'R&D', manager: { value: 'Ab' } },
    };
    const copy = structuredClone(document);
    expect(foldDocument(USER, document)).toEqual({
      schemas: [USER_URN.toLowerCase(), ENTERPRISE_USER_URN.toLowerCase()],
      userName: 'zoë',
      active: true,
      profileUrl: 'https://H/A',
      emails: [{ value: 'a@b', primary: true }],
      [ENTERPRISE_USER_URN]: { department: 'r&d', manager: { value: 'Ab' } },
    });
    expect(document).toEqual(copy);
  });

  it('SRT-07 folds dateTimes to UTC', () => {
    const schema = compileSchema({ id: 'urn:example:x', attributes: [{ name: 'since', type: 'dateTime' }] });
    const folded = foldDocument({ ...USER, schema, extensions: [] }, { since: '2024-01-01T01:00:00+01:00' });
    expect(folded).toEqual({ since: '2024-01-01T00:00:00.000000Z' });
  });

  it('folds operands in the same way', () => {
    expect(foldValue(attribute('userName'), 'ADA')).toBe('ada');
    expect(foldValue(attribute('externalId'), 'ADA')).toBe('ADA');
    expect(foldValue(attribute('schemas'), USER_URN)).toBe(USER_URN.toLowerCase());
    expect(foldValue(attribute('meta.created'), '2024-01-01T00:00:00Z')).toBe('2024-01-01T00:00:00.000000Z');
    expect(foldValue(attribute('meta.created'), 'yesterday')).toBeUndefined();
    expect(COMMON.get('externalid')?.caseExact).toBe(true);
  });
});

describe('validateDocument', () => {
  const base = { schemas: [USER_URN], userName: 'ada' };

  it('PAT-13 PATR-10 ENT-05 ENT-06 computes schemas anew', () => {
    const extended = validateDocument(USER, { ...base, [ENTERPRISE_USER_URN]: { division: 'd' } });
    expect(extended.schemas).toEqual([USER_URN, ENTERPRISE_USER_URN]);
    const emptied = { ...extended, [ENTERPRISE_USER_URN]: { division: '', manager: {} } };
    expect(validateDocument(USER, emptied)).toEqual(base);
  });

  it('PATR-04 COM-17 drops what is empty and leaves its argument alone', () => {
    const document = { ...base, title: null, emails: [{}, { value: null }], name: { givenName: '' }, nickName: 'n' };
    const copy = structuredClone(document);
    expect(validateDocument(USER, document)).toEqual({ ...base, nickName: 'n' });
    expect(document).toEqual(copy);
  });

  it('CRE-07 MV-01 MV-03 asks for what is required and for one primary value', () => {
    expect(refusal(() => validateDocument(USER, { schemas: [USER_URN] }))).toContain("'userName' is required");
    const two = [
      { value: 'a', primary: true },
      { value: 'b', primary: true },
    ];
    expect(refusal(() => validateDocument(USER, { ...base, emails: two }))).toContain('at most one primary');
    const same = [{ value: 'a' }, { value: 'A' }];
    expect(validateDocument(USER, { ...base, emails: same }).emails).toEqual([{ value: 'a' }]);
  });
});
