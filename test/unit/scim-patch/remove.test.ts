import { describe, expect, it } from '@jest/globals';
import { GROUP } from '../../../src/scim/schema/index.js';
import { ENTERPRISE, patch, patchGroup, patchUser, refusal, storedGroup, storedUser, USER_URN } from './fixture.js';

const WORK = { value: 'mira@example.com', type: 'work', primary: true };
const HOME = { value: 'mira@example.net', type: 'home' };
const remove = (path: string, value?: object) =>
  value === undefined ? { op: 'remove', path } : { op: 'remove', path, value: value as never };

describe('PATCH remove', () => {
  it('PATR-01 answers a remove without a path with noTarget', () => {
    expect(refusal(() => patchUser(storedUser(), [{ op: 'remove' }]))).toBe('400 noTarget');
    expect(refusal(() => patchUser(storedUser(), [{ op: 'remove', value: { title: 'x' } }]))).toBe('400 noTarget');
  });

  it('PATR-02 unassigns a single value', () => {
    const { displayName: _gone, ...rest } = storedUser();
    expect(patchUser(storedUser(), [remove('displayName')]).document).toEqual(rest);
  });

  it('PATR-03 removes all values', () => {
    expect(patchUser(storedUser(), [remove('emails')]).document).not.toHaveProperty('emails');
    expect(patchGroup([remove('members')]).members).toEqual([{ kind: 'removeAll' }]);
  });

  it('PATR-04 removes the matching values, and the attribute with the last', () => {
    const one = patchUser(storedUser(), [remove('emails[type eq "home"]')]);
    expect(one.document.emails).toEqual([WORK]);
    const both = patchUser(storedUser(), [remove('emails[value co "mira"]')]);
    expect(both.document).not.toHaveProperty('emails');
  });

  it('PATR-05 unassigns one sub-attribute of the matching values', () => {
    const document = storedUser({ emails: [{ ...WORK, display: 'Office' }, HOME] });
    expect(patchUser(document, [remove('emails[type eq "work"].display')]).document).toEqual(storedUser());
  });

  it('PATR-05 an element goes with the last thing it says', () => {
    expect(patchUser(storedUser(), [remove('emails[type eq "home"].value')]).document.emails).toEqual([WORK]);
  });

  it.each([['userName'], ['id'], ['meta.created'], ['groups'], ['meta'], [`${ENTERPRISE}:manager.displayName`]])(
    'PATR-06 PAT-11 ENT-02 refuses to remove %s',
    (path) => {
      expect(refusal(() => patchUser(storedUser(), [remove(path)]))).toBe('400 mutability');
    },
  );

  it('PATR-06 GRP-01 refuses to remove the name of a group', () => {
    expect(refusal(() => patch(GROUP, storedGroup(), [remove('displayName')]))).toBe('400 mutability');
  });

  it('PATR-07 A-03 removing what does not match succeeds', () => {
    const { changed, document } = patchUser(storedUser(), [
      remove('emails[type eq "other"]'),
      remove('emails[type eq "other"].display'),
      remove('phoneNumbers[type eq "fax"]'),
    ]);
    expect(changed).toBe(false);
    expect(document).toEqual(storedUser());
  });

  it('PATR-08 A-04 removes only the listed members', () => {
    expect(patchGroup([remove('members', [{ value: 'a' }, { value: 'b' }])]).members).toEqual([
      { kind: 'remove', ids: ['a', 'b'] },
    ]);
    expect(patchGroup([remove('members', [{ value: 'a' }])], 'strict').members).toEqual([
      { kind: 'remove', ids: ['a'] },
    ]);
    expect(patchGroup([remove('members', [])]).members).toEqual([]);
  });

  it('PATR-08 removes only the listed values of any attribute', () => {
    const byType = patchUser(storedUser(), [remove('emails', [{ value: 'mira@example.net', type: 'work' }])]);
    expect(byType.changed).toBe(false);
    const byValue = patchUser(storedUser(), [remove('emails', [{ value: 'MIRA@example.net' }])]);
    expect(byValue.document.emails).toEqual([WORK]);
    expect(patchUser(storedUser(), [remove('emails', [])]).changed).toBe(false);
  });

  it('PATR-09 removing what is unassigned succeeds without change', () => {
    const gone = ['nickName', 'photos', 'name.honorificPrefix', `${ENTERPRISE}:department`, ENTERPRISE];
    expect(
      patchUser(
        storedUser(),
        gone.map((path) => remove(path)),
      ).changed,
    ).toBe(false);
  });

  it('PATR-10 an extension goes with its last attribute', () => {
    const document = storedUser({ schemas: [USER_URN, ENTERPRISE], [ENTERPRISE]: { department: 'Sales' } });
    expect(patchUser(document, [remove(`${ENTERPRISE}:department`)]).document).toEqual(storedUser());
    expect(patchUser(document, [remove(ENTERPRISE)]).document).toEqual(storedUser());
  });

  it('PATR-11 a sub-attribute leaves the others', () => {
    const { document } = patchUser(storedUser(), [remove('name.middleName')]);
    expect(document.name).toEqual({ givenName: 'Mira', familyName: 'Olsen' });
  });

  it('PAT-14 removing the URN from schemas clears the extension, and later operations see it', () => {
    const document = storedUser({ schemas: [USER_URN, ENTERPRISE], [ENTERPRISE]: { department: 'Sales' } });
    const { document: after } = patchUser(document, [
      { op: 'replace', path: 'schemas', value: [USER_URN] },
      { op: 'add', path: `${ENTERPRISE}:costCenter`, value: '9' },
    ]);
    expect(after).toEqual(storedUser({ schemas: [USER_URN, ENTERPRISE], [ENTERPRISE]: { costCenter: '9' } }));
    expect(patchUser(document, [{ op: 'add', path: 'schemas', value: [ENTERPRISE] }]).changed).toBe(false);
    expect(patchUser(document, [{ op: 'replace', value: { schemas: [USER_URN] } }]).changed).toBe(false);
    expect(patchUser(document, [remove('schemas', [ENTERPRISE] as never)]).document).toEqual(storedUser());
    expect(refusal(() => patchUser(document, [remove('schemas')]))).toBe('400 mutability');
  });
});
