import { describe, expect, it } from '@jest/globals';
import { parsePatch } from '../../../src/scim/patch/index.js';
import { GROUP, USER } from '../../../src/scim/schema/index.js';
import { ENTERPRISE, envelope, errorOf, LIMITS, patchUser, refusal, rulesOf, storedUser, USER_URN } from './fixture.js';

function replaceAt(path: string, profile = 'generic', value: string | object = 'x'): unknown {
  return parsePatch(USER, envelope({ op: 'replace', path, value: value as string }), rulesOf(profile), LIMITS);
}

describe('PATCH paths', () => {
  it('PATP-01 takes every form of the grammar', () => {
    expect(replaceAt('name.familyName')).toHaveLength(1);
    expect(replaceAt('addresses[type eq "work"]', 'generic', { locality: 'Oslo' })).toHaveLength(1);
    expect(replaceAt('addresses[type eq "work"].locality')).toHaveLength(1);
    const remove = (path: string) => parsePatch(GROUP, envelope({ op: 'remove', path }), rulesOf('strict'), LIMITS);
    expect(remove('members')).toHaveLength(1);
    expect(remove('members[value eq "u-1"]')).toHaveLength(1);
    expect(refusal(() => remove('members[value eq "u-1"].display'))).toBe('400 mutability');
  });

  it.each([
    [`${ENTERPRISE}:department`, { [ENTERPRISE]: { department: 'x' } }],
    [`${ENTERPRISE.toUpperCase()}:DEPARTMENT`, { [ENTERPRISE]: { department: 'x' } }],
    [`${ENTERPRISE}:manager.value`, { [ENTERPRISE]: { manager: { value: 'x' } } }],
    [`${USER_URN}:nickName`, { nickName: 'x' }],
    [`${USER_URN}:name.givenName`, { name: { givenName: 'x' } }],
    ['NICKNAME', { nickName: 'x' }],
  ])('PATP-02 resolves %s', (path, expected) => {
    expect(patchUser(storedUser(), [{ op: 'replace', path, value: 'x' }], 'strict').document).toMatchObject(expected);
  });

  it('PATP-02 resolves a value path with a URN and in any case', () => {
    const path = `${USER_URN}:emails[TYPE EQ "work"].Value`;
    const { document } = patchUser(storedUser(), [{ op: 'replace', path, value: 'new@example.com' }]);
    expect(document.emails).toContainEqual({ value: 'new@example.com', type: 'work', primary: true });
  });

  it.each([['emails['], ['.foo'], ['a..b'], [''], ['emails]'], ['name.'], ['emails[type eq "work"]value']])(
    'PATP-03 refuses %j as malformed',
    (path) => {
      expect(refusal(() => replaceAt(path))).toMatch(/^400 invalid(Path|Filter)$/);
    },
  );

  it.each([['emails['], ['.foo'], ['a..b'], ['']])('PATP-03 answers %j with invalidPath', (path) => {
    expect(refusal(() => replaceAt(path))).toBe('400 invalidPath');
  });

  it('PATP-03 refuses a path that is no string', () => {
    const body = envelope({ op: 'replace', path: 5, value: 'x' });
    expect(refusal(() => parsePatch(USER, body, rulesOf('generic'), LIMITS))).toBe('400 invalidPath');
  });

  it.each([
    ['emails[type equals "work"].value'],
    ['emails[type eq work].value'],
    ['emails[type eq "work"'.concat(' and].value')],
    ['emails[unknown eq "x"].value'],
    ['emails[]'],
  ])('PATP-04 answers the filter in %s with invalidFilter', (path) => {
    const error = errorOf(() => replaceAt(path));
    expect(error.scimType).toBe('invalidFilter');
    expect(error.detail).toMatch(/^Operations\[0\] replace emails\[/);
  });

  it.each([['shoeSize'], ['name.shoeSize'], ['emails[type eq "work"].shoeSize'], [`${ENTERPRISE}:shoeSize`]])(
    'PATP-05 answers the unknown attribute %s with invalidPath, in every profile',
    (path) => {
      expect(refusal(() => replaceAt(path))).toBe('400 invalidPath');
      expect(refusal(() => replaceAt(path, 'strict'))).toBe('400 invalidPath');
    },
  );

  it('PATP-05 ignores unknown keys of a path-less value, strict refuses them (A-16)', () => {
    const operation = { op: 'replace', value: { shoeSize: 44, '@odata.type': 'x', title: 'T' } };
    expect(patchUser(storedUser(), [operation]).document).toEqual(storedUser({ title: 'T' }));
    expect(refusal(() => patchUser(storedUser(), [operation], 'strict'))).toBe('400 invalidSyntax');
  });

  it('PATP-06 takes an attribute expression for schemas', () => {
    const document = storedUser({ schemas: [USER_URN, ENTERPRISE], [ENTERPRISE]: { department: 'Sales' } });
    const result = patchUser(document, [{ op: 'remove', path: `schemas eq "${ENTERPRISE}"` }]);
    expect(result.document).toEqual(storedUser());
    expect(refusal(() => patchUser(document, [{ op: 'remove', path: `schemas eq "${USER_URN}"` }]))).toBe(
      '400 mutability',
    );
  });

  it.each([['emails[0]'], ['emails[0].value'], ['emails.0']])('PATP-07 refuses the index in %s', (path) => {
    expect(refusal(() => replaceAt(path))).toMatch(/^400 invalid(Path|Filter)$/);
  });

  it('PATP-08 takes the bare URN of an extension (A-30)', () => {
    const document = storedUser({ schemas: [USER_URN, ENTERPRISE], [ENTERPRISE]: { department: 'Sales' } });
    const merged = patchUser(document, [{ op: 'add', path: ENTERPRISE, value: { costCenter: '12' } }]);
    expect(merged.document[ENTERPRISE]).toEqual({ department: 'Sales', costCenter: '12' });
    const replaced = patchUser(document, [{ op: 'replace', path: ENTERPRISE, value: { department: 'Art' } }]);
    expect(replaced.document[ENTERPRISE]).toEqual({ department: 'Art' });
    expect(patchUser(document, [{ op: 'remove', path: ENTERPRISE }]).document).toEqual(storedUser());
    expect(patchUser(document, [{ op: 'replace', path: ENTERPRISE, value: null }]).document).toEqual(storedUser());
    expect(refusal(() => patchUser(document, [{ op: 'add', path: ENTERPRISE, value: 'x' }]))).toBe('400 invalidValue');
  });

  it.each([['name.familyName.x'], [`${ENTERPRISE}:manager.value.x`], ['emails[type eq "work"].value.x']])(
    'PATP-09 refuses the second dot level of %s',
    (path) => {
      expect(refusal(() => replaceAt(path))).toBe('400 invalidPath');
    },
  );

  it('refuses a filter on what is single-valued', () => {
    expect(refusal(() => replaceAt('name[givenName eq "x"].familyName'))).toBe('400 invalidPath');
    expect(refusal(() => replaceAt('userName[value eq "x"]'))).toBe('400 invalidPath');
  });
});
