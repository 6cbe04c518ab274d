import { describe, expect, it } from '@jest/globals';
import { ENTERPRISE, patchGroup, patchUser, refusal, storedUser, USER_URN } from './fixture.js';

const WORK = { value: 'mira@example.com', type: 'work', primary: true };
const HOME = { value: 'mira@example.net', type: 'home' };

describe('PATCH add', () => {
  it('PATA-01 requires a value', () => {
    expect(refusal(() => patchUser(storedUser(), [{ op: 'add', path: 'title' }]))).toBe('400 invalidValue');
    expect(refusal(() => patchUser(storedUser(), [{ op: 'add' }]))).toBe('400 invalidValue');
  });

  it('PATA-02 adds the attributes of a path-less value', () => {
    const { document } = patchUser(storedUser(), [
      { op: 'add', value: { title: 'Editor', emails: [{ value: 'm@example.org', type: 'other' }] } },
    ]);
    expect(document).toEqual(
      storedUser({ title: 'Editor', emails: [WORK, HOME, { value: 'm@example.org', type: 'other' }] }),
    );
    expect(refusal(() => patchUser(storedUser(), [{ op: 'add', value: 'x' }]))).toBe('400 invalidValue');
  });

  it('PATA-03 replaces or sets a single value', () => {
    const { document } = patchUser(storedUser(), [
      { op: 'add', path: 'displayName', value: 'M' },
      { op: 'add', path: 'title', value: 'T' },
    ]);
    expect(document).toEqual(storedUser({ displayName: 'M', title: 'T' }));
  });

  it.each([[[{ value: 'm@example.org', type: 'other' }]], [{ value: 'm@example.org', type: 'other' }]])(
    'PATA-04 appends %j',
    (value) => {
      const { document } = patchUser(storedUser(), [{ op: 'add', path: 'emails', value }]);
      expect(document.emails).toEqual([WORK, HOME, { value: 'm@example.org', type: 'other' }]);
    },
  );

  it('PATA-05 merges into a complex attribute', () => {
    const { document } = patchUser(storedUser(), [{ op: 'add', path: 'name', value: { givenName: 'Mirabel' } }]);
    expect(document.name).toEqual({ givenName: 'Mirabel', familyName: 'Olsen', middleName: 'K' });
  });

  it.each([
    [[{ value: 'mira@example.com', type: 'work' }]],
    [[{ value: 'MIRA@example.com', type: 'Work' }]],
    [[HOME, WORK]],
  ])('PATA-06 PAT-18 changes nothing when %j is added again', (value) => {
    const { document, changed } = patchUser(storedUser(), [{ op: 'add', path: 'emails', value }]);
    expect(changed).toBe(false);
    expect(document).toEqual(storedUser());
  });

  it('PATA-07 creates a complex attribute for its sub-attribute', () => {
    const { name: _name, ...nameless } = storedUser();
    const { document } = patchUser(nameless, [{ op: 'add', path: 'name.middleName', value: 'Q' }], 'strict');
    expect(document.name).toEqual({ middleName: 'Q' });
  });

  it('PATA-08 creates a typed element from the eq terms (A-02)', () => {
    const add = [{ op: 'add', path: 'phoneNumbers[type eq "mobile"].value', value: '+47 1' }];
    expect(patchUser(storedUser(), add).document.phoneNumbers).toEqual([{ type: 'mobile', value: '+47 1' }]);
    const both = [{ op: 'add', path: 'emails[type eq "other" and primary eq true].value', value: 'o@example.com' }];
    expect(patchUser(storedUser(), both).document.emails).toEqual([
      { ...WORK, primary: false },
      HOME,
      { type: 'other', primary: true, value: 'o@example.com' },
    ]);
    const whole = [{ op: 'add', path: 'addresses[type eq "home"]', value: { locality: 'Oslo' } }];
    expect(patchUser(storedUser(), whole).document.addresses).toEqual([{ type: 'home', locality: 'Oslo' }]);
  });

  it.each([
    ['emails[type eq "shed"].value'],
    ['emails[value co "nobody"].value'],
    ['emails[type eq "other" or type eq "work2"].value'],
    ['emails[not (value pr)].value'],
    ['roles[value eq "reader"].display'],
  ])('PATA-08 answers %s without match with noTarget', (path) => {
    expect(refusal(() => patchUser(storedUser(), [{ op: 'add', path, value: 'x' }]))).toBe('400 noTarget');
  });

  it('PATA-08 never creates an element in strict', () => {
    const add = [{ op: 'add', path: 'phoneNumbers[type eq "mobile"].value', value: '+47 1' }];
    expect(refusal(() => patchUser(storedUser(), add, 'strict'))).toBe('400 noTarget');
  });

  it('PATA-09 updates the sub-attribute of the matching values', () => {
    const { document } = patchUser(storedUser(), [
      { op: 'add', path: 'emails[type eq "home"].display', value: 'Flat' },
    ]);
    expect(document.emails).toEqual([WORK, { ...HOME, display: 'Flat' }]);
    const merged = patchUser(storedUser(), [{ op: 'add', path: 'emails[type eq "home"]', value: { display: 'Flat' } }]);
    expect(merged.document.emails).toEqual([WORK, { ...HOME, display: 'Flat' }]);
  });

  it('PATA-10 adds several members in one operation', () => {
    const { members } = patchGroup([{ op: 'add', path: 'members', value: [{ value: 'a' }, { value: 'b' }] }]);
    expect(members).toEqual([{ kind: 'add', ids: ['a', 'b'] }]);
  });

  it('PAT-13 ENT-06 an extension appears with its first attribute', () => {
    const { document, changed } = patchUser(storedUser(), [
      { op: 'add', path: `${ENTERPRISE}:employeeNumber`, value: '77' },
    ]);
    expect(changed).toBe(true);
    expect(document).toEqual(storedUser({ schemas: [USER_URN, ENTERPRISE], [ENTERPRISE]: { employeeNumber: '77' } }));
  });

  it('adding nothing to a multi-valued attribute changes nothing', () => {
    for (const value of [null, [], '']) {
      expect(patchUser(storedUser(), [{ op: 'add', path: 'emails', value }]).changed).toBe(false);
    }
  });
});
