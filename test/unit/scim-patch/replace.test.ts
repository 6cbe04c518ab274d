import { describe, expect, it } from '@jest/globals';
import { ENTERPRISE, patchGroup, patchUser, refusal, storedUser, USER_URN } from './fixture.js';

const WORK = { value: 'mira@example.com', type: 'work', primary: true };
const HOME = { value: 'mira@example.net', type: 'home' };

describe('PATCH replace', () => {
  it('PATX-01 replaces the attributes of a path-less value', () => {
    const { document } = patchUser(storedUser(), [{ op: 'replace', value: { displayName: 'M', emails: [HOME] } }]);
    expect(document).toEqual(storedUser({ displayName: 'M', emails: [HOME] }));
  });

  it('PATX-02 replaces a single value', () => {
    const { document } = patchUser(storedUser(), [{ op: 'replace', path: 'userName', value: 'mo@example.com' }]);
    expect(document).toEqual(storedUser({ userName: 'mo@example.com' }));
  });

  it('PATX-03 replaces all values', () => {
    const value = [{ value: 'n@example.com', type: 'work' }];
    expect(patchUser(storedUser(), [{ op: 'replace', path: 'emails', value }]).document.emails).toEqual(value);
  });

  it('PATX-04 acts as add when there is no value', () => {
    const { document } = patchUser(storedUser(), [
      { op: 'replace', path: 'title', value: 'T' },
      { op: 'replace', path: 'phoneNumbers', value: [{ value: '1', type: 'work' }] },
      { op: 'replace', path: `${ENTERPRISE}:manager.value`, value: 'm-1' },
    ]);
    expect(document).toMatchObject({ title: 'T', phoneNumbers: [{ value: '1' }] });
    expect(document[ENTERPRISE]).toEqual({ manager: { value: 'm-1' } });
  });

  it('PATX-05 A-08 keeps the sub-attributes that are not given', () => {
    const { document } = patchUser(storedUser(), [{ op: 'replace', path: 'name', value: { givenName: 'N' } }]);
    expect(document.name).toEqual({ givenName: 'N', familyName: 'Olsen', middleName: 'K' });
    const cleared = patchUser(storedUser(), [{ op: 'replace', path: 'name', value: { middleName: null } }]);
    expect(cleared.document.name).toEqual({ givenName: 'Mira', familyName: 'Olsen' });
    expect(patchUser(storedUser(), [{ op: 'replace', path: 'name', value: {} }]).changed).toBe(false);
  });

  it('PATX-06 replaces the matching values as a whole, which stay what selected them', () => {
    const document = storedUser({ emails: [{ ...WORK, display: 'Office' }, HOME] });
    const value = { value: 'n@example.com' };
    const after = patchUser(document, [{ op: 'replace', path: 'emails[type eq "work"]', value }]).document;
    expect(after.emails).toEqual([{ type: 'work', value: 'n@example.com' }, HOME]);
  });

  it('PATX-06 MV-07 keeps the canonical spelling of the type that selected them', () => {
    const operation = { op: 'replace', path: 'emails[type eq "Work"]', value: { value: 'new@example.com' } };
    expect(patchUser(storedUser(), [operation]).document.emails).toContainEqual({
      value: 'new@example.com',
      type: 'work',
    });
  });

  it('PATX-07 replaces the sub-attribute in all matching values', () => {
    const addresses = [
      { type: 'work', streetAddress: 'A 1', locality: 'Oslo' },
      { type: 'work', streetAddress: 'B 2', locality: 'Bergen' },
      { type: 'home', streetAddress: 'C 3' },
    ];
    const path = 'addresses[type eq "work"].streetAddress';
    const after = patchUser(storedUser({ addresses }), [{ op: 'replace', path, value: 'Z 9' }]).document;
    expect(after.addresses).toEqual([
      { type: 'work', streetAddress: 'Z 9', locality: 'Oslo' },
      { type: 'work', streetAddress: 'Z 9', locality: 'Bergen' },
      { type: 'home', streetAddress: 'C 3' },
    ]);
  });

  it('PATX-08 creates the typed element, in strict noTarget (A-02)', () => {
    const replace = [{ op: 'replace', path: 'emails[type eq "other"].value', value: 'o@example.com' }];
    expect(patchUser(storedUser(), replace).document.emails).toEqual([
      WORK,
      HOME,
      { type: 'other', value: 'o@example.com' },
    ]);
    expect(refusal(() => patchUser(storedUser(), replace, 'strict'))).toBe('400 noTarget');
    const unknown = [{ op: 'replace', path: 'emails[type eq "shed"].value', value: 'o@example.com' }];
    expect(refusal(() => patchUser(storedUser(), unknown))).toBe('400 noTarget');
  });

  it('PATX-09 replaces the whole membership', () => {
    const { members } = patchGroup([{ op: 'replace', path: 'members', value: [{ value: 'a' }, { value: 'b' }] }]);
    expect(members).toEqual([{ kind: 'replaceAll', ids: ['a', 'b'] }]);
  });

  it('PATX-10 A-15 ignores readOnly keys of a path-less value', () => {
    const value = { id: 'x', meta: { created: '2000-01-01T00:00:00Z' }, groups: [{ value: 'g' }], active: false };
    expect(patchUser(storedUser(), [{ op: 'replace', value }], 'strict').document).toEqual(
      storedUser({ active: false }),
    );
  });

  it('PATX-11 A-07 takes paths as keys of a path-less value', () => {
    const value = {
      'name.givenName': 'Kim',
      'emails[type eq "work"].value': 'kim@example.com',
      [`${ENTERPRISE}:employeeNumber`]: '5',
      [ENTERPRISE]: { department: 'Art', 'manager.value': 'm-1' },
    };
    const { document } = patchUser(storedUser(), [{ op: 'replace', value }]);
    expect(document).toEqual(
      storedUser({
        schemas: [USER_URN, ENTERPRISE],
        name: { givenName: 'Kim', familyName: 'Olsen', middleName: 'K' },
        emails: [{ ...WORK, value: 'kim@example.com' }, HOME],
        [ENTERPRISE]: { employeeNumber: '5', department: 'Art', manager: { value: 'm-1' } },
      }),
    );
    expect(
      refusal(() => patchUser(storedUser(), [{ op: 'replace', value: { 'name.givenName': 'K' } }], 'strict')),
    ).toBe('400 invalidSyntax');
  });

  it.each([[null], [[]], ['']])('PATX-12 replace with %j unassigns', (value) => {
    const paths = ['displayName', 'emails', 'name', 'active', 'name.givenName', 'emails[type eq "home"].value'];
    for (const path of paths) {
      const { document } = patchUser(storedUser(), [{ op: 'replace', path, value }]);
      expect(document).not.toHaveProperty(path.replace('[type eq "home"].value', '[1]'));
    }
    expect(refusal(() => patchUser(storedUser(), [{ op: 'replace', path: 'userName', value }]))).toBe(
      '400 invalidValue',
    );
    expect(refusal(() => patchUser(storedUser(), [{ op: 'replace', value: { userName: value } }]))).toBe(
      '400 invalidValue',
    );
  });

  it.each([['m-1'], [{ value: 'm-1' }], [[{ value: 'm-1', $ref: null }]]])(
    'PATX-13 A-22 takes manager as %j',
    (value) => {
      for (const path of [`${ENTERPRISE}:manager`, 'manager']) {
        const { document } = patchUser(storedUser(), [{ op: 'replace', path, value }]);
        expect(document[ENTERPRISE]).toEqual({ manager: { value: 'm-1' } });
      }
    },
  );

  it('PATX-13 clears the manager', () => {
    const document = storedUser({ schemas: [USER_URN, ENTERPRISE], [ENTERPRISE]: { manager: { value: 'm-1' } } });
    for (const value of ['', null, [], { value: '' }, { value: null }]) {
      const { document: after } = patchUser(document, [{ op: 'replace', path: `${ENTERPRISE}:manager`, value }]);
      expect(after).toEqual(storedUser());
    }
  });

  it('PATX-13 strict wants the object', () => {
    expect(
      refusal(() => patchUser(storedUser(), [{ op: 'replace', path: `${ENTERPRISE}:manager`, value: 'm' }], 'strict')),
    ).toBe('400 invalidValue');
    expect(refusal(() => patchUser(storedUser(), [{ op: 'replace', path: 'manager', value: 'm' }], 'strict'))).toBe(
      '400 invalidPath',
    );
  });

  it('ENT-02 manager.displayName by path is refused, in a value ignored', () => {
    const path = `${ENTERPRISE}:manager.displayName`;
    expect(refusal(() => patchUser(storedUser(), [{ op: 'replace', path, value: 'Boss' }]))).toBe('400 mutability');
    const value = { value: 'm-1', displayName: 'Boss', $ref: '../Users/m-1' };
    const { document } = patchUser(storedUser(), [{ op: 'replace', path: `${ENTERPRISE}:manager`, value }]);
    expect(document[ENTERPRISE]).toEqual({ manager: { value: 'm-1' } });
  });

  it.each([
    ['id', 'x'],
    ['meta.created', '2020-01-01T00:00:00Z'],
    ['groups', [{ value: 'g' }]],
  ])('PAT-11 refuses %s by path', (path, value) => {
    expect(refusal(() => patchUser(storedUser(), [{ op: 'replace', path, value }]))).toBe('400 mutability');
    expect(refusal(() => patchUser(storedUser(), [{ op: 'add', path, value }]))).toBe('400 mutability');
  });

  it('PAT-18 A-29 replacing by the same is no change, in any order', () => {
    const { changed } = patchUser(storedUser(), [
      { op: 'replace', path: 'emails', value: [HOME, WORK] },
      { op: 'replace', path: 'active', value: 'True' },
      { op: 'replace', value: storedUser() },
    ]);
    expect(changed).toBe(false);
  });
});
