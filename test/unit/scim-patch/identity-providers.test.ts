import { describe, expect, it } from '@jest/globals';
import { GROUP, type JsonValue } from '../../../src/scim/schema/index.js';
import { ENTERPRISE, patch, patchGroup, patchUser, refusal, storedGroup, storedUser, USER_URN } from './fixture.js';

const WORK = { value: 'mira@example.com', type: 'work', primary: true };
const HOME = { value: 'mira@example.net', type: 'home' };
const MANAGED = storedUser({ schemas: [USER_URN, ENTERPRISE], [ENTERPRISE]: { manager: { value: 'm-7' } } });
const manager = `${ENTERPRISE}:manager`;

describe('what Entra ID sends to users', () => {
  it('several replaces with a path each', () => {
    const { document, externalId } = patchUser(storedUser(), [
      { op: 'Replace', path: 'displayName', value: 'Mira B' },
      { op: 'Replace', path: 'emails[type eq "work"].value', value: 'mb@example.com' },
      { op: 'Replace', path: 'name.givenName', value: 'Mi' },
      { op: 'Replace', path: 'name.familyName', value: 'Berg' },
      { op: 'Replace', path: 'externalId', value: 'e-1' },
      { op: 'Replace', path: `${ENTERPRISE}:employeeNumber`, value: '4711' },
    ]);
    expect(externalId).toEqual({ value: 'e-1' });
    expect(document).toEqual(
      storedUser({
        schemas: [USER_URN, ENTERPRISE],
        displayName: 'Mira B',
        emails: [{ ...WORK, value: 'mb@example.com' }, HOME],
        name: { givenName: 'Mi', familyName: 'Berg', middleName: 'K' },
        [ENTERPRISE]: { employeeNumber: '4711' },
      }),
    );
  });

  it('one path-less replace with dotted and URN keys (aadOptscim062020)', () => {
    const { document } = patchUser(storedUser(), [
      { op: 'replace', path: 'emails[type eq "work"].value', value: 'mb@example.com' },
      {
        op: 'replace',
        value: {
          displayName: 'Mira B',
          'name.givenName': 'Mi',
          'name.familyName': 'Berg',
          [`${ENTERPRISE}:employeeNumber`]: '9',
        },
      },
    ]);
    expect(document).toMatchObject({
      displayName: 'Mira B',
      name: { givenName: 'Mi' },
      [ENTERPRISE]: { employeeNumber: '9' },
    });
  });

  it.each(['Add', 'add'])('%s of a single string', (op) => {
    expect(patchUser(storedUser(), [{ op, path: 'nickName', value: 'Mi' }]).document.nickName).toBe('Mi');
  });

  it.each<[JsonValue]>([
    [{ op: 'Add', path: 'manager', value: [{ $ref: 'https://example.com/scim/Users/m-7', value: 'm-7' }] }],
    [{ op: 'Add', path: manager, value: 'm-7' }],
    [{ op: 'Replace', path: manager, value: 'm-7' }],
  ])('manager by %j', (operation) => {
    expect(patchUser(storedUser(), [operation]).document).toEqual(MANAGED);
  });

  it('manager cleared by the empty string', () => {
    expect(patchUser(MANAGED, [{ op: 'Replace', path: manager, value: '' }]).document).toEqual(storedUser());
    expect(patchUser(MANAGED, [{ op: 'Remove', path: manager }]).document).toEqual(storedUser());
  });

  it.each(['False', 'false', false])('A-06 disables with %j', (value) => {
    expect(patchUser(storedUser(), [{ op: 'Replace', path: 'active', value }]).document.active).toBe(false);
  });

  it('A-06 enables with "True", which strict refuses', () => {
    const add = [{ op: 'add', path: 'active', value: 'True' }];
    expect(patchUser(storedUser({ active: false }), add).document.active).toBe(true);
    expect(refusal(() => patchUser(storedUser(), add, 'strict'))).toBe('400 invalidValue');
  });

  it.each([
    ['addresses[type eq "work"].streetAddress', 'addresses', { type: 'work', streetAddress: 'x' }],
    ['addresses[type eq "work"].formatted', 'addresses', { type: 'work', formatted: 'x' }],
    ['phoneNumbers[type eq "work"].value', 'phoneNumbers', { type: 'work', value: 'x' }],
    ['phoneNumbers[type eq "mobile"].value', 'phoneNumbers', { type: 'mobile', value: 'x' }],
    ['phoneNumbers[type eq "fax"].value', 'phoneNumbers', { type: 'fax', value: 'x' }],
    ['emails[type eq "other"].Value', 'emails', { type: 'other', value: 'x' }],
    ['roles[primary eq "True"].value', 'roles', { primary: true, value: 'x' }],
  ])('ETC-08 creates the element of %s', (path, name, element) => {
    for (const op of ['Add', 'Replace']) {
      expect(patchUser(storedUser({ emails: [HOME] }), [{ op, path, value: 'x' }]).document[name]).toContainEqual(
        element,
      );
    }
  });

  it('ETC-08 several operations of one request fill one element', () => {
    const { document } = patchUser(storedUser(), [
      { op: 'Add', path: 'roles[primary eq "True"].value', value: 'Editor' },
      { op: 'Add', path: 'roles[primary eq "True"].display', value: 'Editors' },
      { op: 'Add', path: 'addresses[type eq "work"].locality', value: 'Oslo' },
      { op: 'Add', path: 'addresses[type eq "work"].country', value: 'NO' },
    ]);
    expect(document.roles).toEqual([{ primary: true, value: 'Editor', display: 'Editors' }]);
    expect(document.addresses).toEqual([{ type: 'work', locality: 'Oslo', country: 'NO' }]);
  });

  it('clears by the empty string and by an empty list', () => {
    const { document } = patchUser(storedUser({ phoneNumbers: [{ type: 'work', value: '1' }] }), [
      { op: 'Replace', path: 'displayName', value: '' },
      { op: 'Replace', path: 'emails[type eq "home"].value', value: '' },
      { op: 'replace', path: 'phoneNumbers', value: [] },
      { op: 'Replace', path: 'emails[type eq "other"].value', value: '' },
    ]);
    const { displayName: _gone, ...rest } = storedUser({ emails: [WORK] });
    expect(document).toEqual(rest);
  });

  it('roles as JSON text are unwrapped', () => {
    const text = JSON.stringify({ id: 'r-1', value: 'Editor', displayName: 'Editors' });
    const { document } = patchUser(storedUser(), [{ op: 'Add', path: 'roles', value: [{ value: text }] }]);
    expect(document.roles).toEqual([expect.objectContaining({ value: 'Editor', display: 'Editors' })]);
    const roles = [{ primary: false, type: 'WindowsAzureActiveDirectoryRole', display: 'User', value: 'User' }];
    expect(patchUser(document, [{ op: 'replace', path: 'roles', value: roles }]).document.roles).toEqual(roles);
  });
});

describe('what identity providers send to groups', () => {
  it('Entra ID: rename, add, remove in both modes', () => {
    expect(patchGroup([{ op: 'Replace', path: 'displayName', value: 'Writers' }]).document.displayName).toBe('Writers');
    const value = [{ $ref: null, value: 'u-1' }];
    expect(patchGroup([{ op: 'Add', path: 'members', value }]).members).toEqual([{ kind: 'add', ids: ['u-1'] }]);
    expect(patchGroup([{ op: 'Remove', path: 'members', value }]).members).toEqual([{ kind: 'remove', ids: ['u-1'] }]);
    expect(patchGroup([{ op: 'remove', path: 'members[value eq "u-1"]' }]).members).toEqual([
      { kind: 'remove', ids: ['u-1'] },
    ]);
  });

  it('Okta: rename with id, remove and add, full push, emptying', () => {
    const rename = patchGroup([{ op: 'replace', value: { id: 'g-1', displayName: 'Writers' } }]);
    expect(rename.document).toEqual(storedGroup({ displayName: 'Writers' }));
    const delta = patchGroup([
      { op: 'remove', path: 'members[value eq "u-1"]' },
      { op: 'add', path: 'members', value: [{ value: 'u-2', display: 'Kim' }] },
    ]);
    expect(delta.members).toEqual([
      { kind: 'remove', ids: ['u-1'] },
      { kind: 'add', ids: ['u-2'] },
    ]);
    const push = [
      { value: 'u-1', display: 'Mira' },
      { value: 'u-2', display: 'Kim' },
    ];
    expect(patchGroup([{ op: 'replace', path: 'members', value: push }]).members).toEqual([
      { kind: 'replaceAll', ids: ['u-1', 'u-2'] },
    ]);
    expect(patchGroup([{ op: 'replace', path: 'members', value: [] }]).members).toEqual([
      { kind: 'replaceAll', ids: [] },
    ]);
  });

  it('JumpCloud, authentik and OneLogin: add and remove by value', () => {
    for (const profile of ['jumpcloud', 'onelogin', 'generic']) {
      const value = [{ value: 'u-1' }];
      const result = patch(GROUP, storedGroup(), [{ op: 'add', path: 'members', value }], profile);
      expect(result.members).toEqual([{ kind: 'add', ids: ['u-1'] }]);
      const removed = patch(GROUP, storedGroup(), [{ op: 'remove', path: 'members', value }], profile);
      expect(removed.members).toEqual([{ kind: 'remove', ids: ['u-1'] }]);
    }
  });
});

describe('what others send to users', () => {
  it('PATX-10 Okta: activation and password without a path', () => {
    expect(patchUser(storedUser(), [{ op: 'replace', value: { active: false } }], 'okta').document.active).toBe(false);
    expect(patchUser(storedUser(), [{ op: 'replace', value: { password: 'n3w one' } }], 'okta').password).toBe(
      'n3w one',
    );
  });

  it('JumpCloud: one operation an attribute', () => {
    const { document } = patchUser(
      storedUser(),
      [
        { op: 'replace', path: 'name.givenName', value: 'Jo' },
        { op: 'replace', path: 'name.familyName', value: 'Dahl' },
        { op: 'replace', path: 'active', value: false },
      ],
      'jumpcloud',
    );
    expect(document).toMatchObject({ name: { givenName: 'Jo', familyName: 'Dahl' }, active: false });
  });

  it('OneLogin: managerId and booleans as text', () => {
    const { document } = patchUser(
      storedUser(),
      [{ op: 'replace', value: { active: 'false', [ENTERPRISE]: { manager: { managerId: 'm-7' } } } }],
      'onelogin',
    );
    expect(document).toEqual({ ...MANAGED, active: false });
  });
});
