import { describe, expect, it } from '@jest/globals';
import {
  ENTERPRISE_USER_URN,
  resolveAttribute,
  resolveExtension,
  USER,
  USER_URN,
} from '../../../src/scim/schema/index.js';

function names(path: string, bareExtensionNames = false): string | undefined {
  const found = resolveAttribute(USER, path, { bareExtensionNames });
  if (found === undefined) return undefined;
  return [found.extension?.name, found.attribute.name, found.subAttribute?.name].filter(Boolean).join('/');
}

describe('resolveAttribute', () => {
  it.each([
    ['userName', 'userName'],
    ['USERNAME', 'userName'],
    ['name.FamilyName', 'name/familyName'],
    ['emails.$ref', undefined],
    ['groups.$REF', 'groups/$ref'],
    ['id', 'id'],
    ['meta.lastmodified', 'meta/lastModified'],
    ['externalID', 'externalId'],
    [`${USER_URN}:userName`, 'userName'],
    [`${USER_URN.toUpperCase()}:name.givenname`, 'name/givenName'],
    [`${USER_URN}:id`, 'id'],
    [`${ENTERPRISE_USER_URN}:manager.value`, 'EnterpriseUser/manager/value'],
    [`${ENTERPRISE_USER_URN.toLowerCase()}:MANAGER.$ref`, 'EnterpriseUser/manager/$ref'],
  ])('FLT-30 FLT-31 FLT-32 PATP-02 A-30 finds %s', (path, expected) => {
    expect(names(path)).toBe(expected);
  });

  it.each([
    'nope',
    '',
    '.',
    'userName.',
    '.userName',
    'userName.value',
    'name.nope',
    'name.familyName.value',
    USER_URN,
    `${USER_URN}:`,
    `${USER_URN}userName`,
    `${ENTERPRISE_USER_URN}:userName`,
    `${ENTERPRISE_USER_URN}:id`,
    'urn:example:User:userName',
    'manager',
    'a'.repeat(10_000),
  ])('FLT-45 PATP-09 knows no %j', (path) => {
    expect(names(path)).toBeUndefined();
  });

  it.each(['__proto__', 'constructor', 'toString', 'name.__proto__', 'name.constructor', `${USER_URN}:__proto__`])(
    'SEC-03 knows no %s',
    (path) => expect(names(path, true)).toBeUndefined(),
  );

  it('finds bare names of an extension only when asked, and never instead of a core name', () => {
    expect(names('manager', true)).toBe('EnterpriseUser/manager');
    expect(names('Manager.value', true)).toBe('EnterpriseUser/manager/value');
    expect(names('name.value', true)).toBeUndefined();
  });

  it('A-26 A-30 finds an extension by its bare URN', () => {
    expect(resolveExtension(USER, ENTERPRISE_USER_URN.toUpperCase())?.id).toBe(ENTERPRISE_USER_URN);
    expect(resolveExtension(USER, USER_URN)).toBeUndefined();
  });
});
