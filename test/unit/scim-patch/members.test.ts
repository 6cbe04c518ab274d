import { describe, expect, it } from '@jest/globals';
import { ENTERPRISE, patchGroup, patchUser, refusal, storedGroup, storedUser } from './fixture.js';

describe('members, externalId and password in PATCH', () => {
  it('members changes come in the order of the operations', () => {
    const { members, changed, document } = patchGroup([
      { op: 'remove', path: 'members[value eq "a"]' },
      {
        op: 'add',
        path: 'members',
        value: [
          { value: 'b', display: 'B' },
          { value: 'c', type: 'Group' },
        ],
      },
      { op: 'remove', path: 'members' },
      { op: 'replace', value: { members: [{ value: 'd' }] } },
    ]);
    expect(members).toEqual([
      { kind: 'remove', ids: ['a'] },
      { kind: 'add', ids: ['b', 'c'] },
      { kind: 'removeAll' },
      { kind: 'replaceAll', ids: ['d'] },
    ]);
    expect(changed).toBe(false);
    expect(document).toEqual(storedGroup());
  });

  it('GRP-04 the id of a member cannot be changed', () => {
    for (const operation of [
      { op: 'replace', path: 'members[value eq "a"].value', value: 'b' },
      { op: 'add', path: 'members[value eq "a"].display', value: 'b' },
      { op: 'replace', path: 'members.value', value: 'b' },
      { op: 'replace', path: 'members[value eq "a"]', value: { value: 'b' } },
    ]) {
      expect(refusal(() => patchGroup([operation]))).toBe('400 mutability');
    }
  });

  it('GRP-07 a group can be emptied', () => {
    for (const value of [[], null]) {
      expect(patchGroup([{ op: 'replace', path: 'members', value }]).members).toEqual([
        { kind: 'replaceAll', ids: [] },
      ]);
      expect(patchGroup([{ op: 'add', path: 'members', value }]).members).toEqual([]);
    }
    expect(patchGroup([{ op: 'remove', path: 'members', value: null }]).members).toEqual([{ kind: 'removeAll' }]);
  });

  it('GRP-09 an id is named once', () => {
    const value = [{ value: 'a' }, { value: 'a' }];
    expect(patchGroup([{ op: 'add', path: 'members', value }]).members).toEqual([{ kind: 'add', ids: ['a'] }]);
  });

  it('GRP-11 ignores $ref, type and display', () => {
    const value = [{ $ref: null, VALUE: 'a', type: 'Robot', display: 7 }];
    expect(patchGroup([{ op: 'add', path: 'members', value }]).members).toEqual([{ kind: 'add', ids: ['a'] }]);
  });

  it.each([[[{}]], [{}], [[{ value: 5 }]], [[{ value: '' }]], [[{ display: 'x' }]], [[null]], [5]])(
    'refuses the members %j',
    (value) => {
      for (const op of ['add', 'replace', 'remove']) {
        expect(refusal(() => patchGroup([{ op, path: 'members', value }]))).toBe('400 invalidValue');
      }
    },
  );

  it('takes bare ids unless strict', () => {
    expect(patchGroup([{ op: 'add', path: 'members', value: ['a'] }]).members).toEqual([{ kind: 'add', ids: ['a'] }]);
    expect(refusal(() => patchGroup([{ op: 'add', path: 'members', value: ['a'] }], 'strict'))).toBe(
      '400 invalidValue',
    );
  });

  it('hands on a filter that names no ids', () => {
    const { members } = patchGroup([{ op: 'remove', path: 'members[type eq "Group"]' }]);
    expect(members).toEqual([{ kind: 'removeMatching', filter: expect.anything() }]);
  });

  it('GRP-12 takes thousands of members at once', () => {
    const value = Array.from({ length: 5000 }, (_, index) => ({ value: `u-${index}` }));
    const [change] = patchGroup([{ op: 'add', path: 'members', value }]).members;
    expect(change).toMatchObject({ kind: 'add' });
    expect(change !== undefined && 'ids' in change ? change.ids.length : 0).toBe(5000);
  });

  it('reports externalId apart from the document', () => {
    const set = patchUser(storedUser(), [{ op: 'replace', path: 'externalId', value: 'X-1' }]);
    expect(set.externalId).toEqual({ value: 'X-1' });
    expect(set.changed).toBe(false);
    expect(set.document).toEqual(storedUser());
    expect(patchUser(storedUser(), [{ op: 'remove', path: 'externalId' }]).externalId).toEqual({ value: undefined });
    expect(patchUser(storedUser(), [{ op: 'replace', value: { EXTERNALID: '' } }]).externalId).toEqual({
      value: undefined,
    });
    expect(patchUser(storedUser(), [{ op: 'remove', path: 'title' }]).externalId).toBeUndefined();
    expect(patchGroup([{ op: 'add', path: 'externalId', value: 'G' }]).externalId).toEqual({ value: 'G' });
    expect(refusal(() => patchGroup([{ op: 'add', path: 'externalId', value: 5 }]))).toBe('400 invalidValue');
  });

  it('ETC-07 reports the password apart from the document', () => {
    const { password, document } = patchUser(storedUser(), [{ op: 'replace', value: { password: 'correct horse' } }]);
    expect(password).toBe('correct horse');
    expect(document).toEqual(storedUser());
    expect(patchUser(storedUser(), [{ op: 'replace', value: { password: '' } }]).password).toBeUndefined();
    expect(refusal(() => patchUser(storedUser(), [{ op: 'remove', path: 'password' }]))).toBe('400 mutability');
    expect(refusal(() => patchUser(storedUser(), [{ op: 'replace', path: 'password', value: 5 }]))).toBe(
      '400 invalidValue',
    );
  });

  it('the document never gets members of a group or an unknown extension', () => {
    const operation = { op: 'add', value: { members: [{ value: 'a' }], [ENTERPRISE]: { department: 'x' } } };
    expect(patchGroup([operation]).document).toEqual(storedGroup());
  });
});
