import { describe, expect, it } from '@jest/globals';
import { compileSchema, type JsonValue, type ResourceType, USER } from '../../../src/scim/schema/index.js';
import { patch, patchUser, refusal, storedUser } from './fixture.js';

const WORK = { value: 'mira@example.com', type: 'work', primary: true };
const HOME = { value: 'mira@example.net', type: 'home' };
const DEMOTED = { ...WORK, primary: false };
const BADGE_URN = 'urn:example:schemas:2.0:Badge';

/** A user type with an extension that has what the core schemas lack. */
const BADGED: ResourceType = {
  ...USER,
  extensions: [
    ...USER.extensions,
    {
      required: false,
      schema: compileSchema({
        id: BADGE_URN,
        name: 'Badge',
        description: 'Badges',
        attributes: [
          { name: 'serial', description: 'Serial number', mutability: 'immutable' },
          { name: 'colours', description: 'Colours', multiValued: true },
          {
            name: 'keys',
            description: 'Keys',
            type: 'complex',
            multiValued: true,
            subAttributes: [
              { name: 'value', description: 'Number', mutability: 'immutable' },
              { name: 'primary', description: 'Preferred', type: 'boolean' },
              { name: 'note', description: 'Note' },
            ],
          },
        ],
      }),
    },
  ],
};

function badge(values: object): ReturnType<typeof storedUser> {
  return storedUser({ schemas: [USER.schema.id, BADGE_URN], [BADGE_URN]: values as JsonValue });
}

function patchBadge(values: object, ...operations: JsonValue[]): JsonValue | undefined {
  return patch(BADGED, badge(values), operations).document[BADGE_URN];
}

describe('multi-valued attributes in PATCH', () => {
  it.each([
    [{ op: 'add', path: 'emails', value: [{ value: 'n@example.com', type: 'other', primary: true }] }],
    [{ op: 'add', value: { emails: [{ value: 'n@example.com', type: 'other', primary: 'True' }] } }],
  ])('PAT-10 MV-01 a new primary value demotes the others: %j', (operation) => {
    const { document } = patchUser(storedUser(), [operation as JsonValue]);
    expect(document.emails).toEqual([DEMOTED, HOME, { value: 'n@example.com', type: 'other', primary: true }]);
  });

  it('PAT-10 MV-01 primary by path demotes the others', () => {
    const operation = { op: 'replace', path: 'emails[type eq "home"].primary', value: true };
    expect(patchUser(storedUser(), [operation], 'strict').document.emails).toEqual([
      DEMOTED,
      { ...HOME, primary: true },
    ]);
    const again = [{ op: 'add', path: 'emails', value: { ...HOME, primary: true } }];
    expect(patchUser(storedUser(), again).document.emails).toEqual([DEMOTED, { ...HOME, primary: true }]);
  });

  it('MV-01 refuses two primary values in one operation (A-45)', () => {
    const value = [WORK, { ...HOME, primary: true }];
    expect(refusal(() => patchUser(storedUser(), [{ op: 'replace', path: 'emails', value }]))).toBe('400 invalidValue');
    const all = { op: 'replace', path: 'emails[value pr].primary', value: true };
    expect(refusal(() => patchUser(storedUser(), [all]))).toBe('400 invalidValue');
  });

  it('MV-02 an absent primary is false', () => {
    const operation = { op: 'replace', path: 'emails[primary ne true].display', value: 'Second' };
    expect(patchUser(storedUser(), [operation]).document.emails).toEqual([WORK, { ...HOME, display: 'Second' }]);
  });

  it('MV-03 collapses duplicates by type and value', () => {
    const value = [HOME, { ...HOME, display: 'Flat' }, { ...HOME, value: 'MIRA@example.net' }];
    const { document } = patchUser(storedUser(), [{ op: 'replace', path: 'emails', value }]);
    expect(document.emails).toHaveLength(1);
    const path = 'emails[type eq "home"].type';
    const same = storedUser({ emails: [WORK, { ...HOME, value: 'mira@example.com' }] });
    expect(patchUser(same, [{ op: 'replace', path, value: 'work' }]).document.emails).toEqual([WORK]);
  });

  it('MV-04 keeps the same value with another type', () => {
    const value = { value: 'mira@example.com', type: 'home' };
    expect(patchUser(storedUser(), [{ op: 'add', path: 'emails', value }]).document.emails).toEqual([
      WORK,
      HOME,
      value,
    ]);
  });

  it('MV-05 primary means the same in a custom attribute', () => {
    const after = patchBadge(
      { keys: [{ value: '1', primary: true }] },
      { op: 'add', path: `${BADGE_URN}:keys`, value: [{ value: '2', primary: true }] },
    );
    expect(after).toEqual({
      keys: [
        { value: '1', primary: false },
        { value: '2', primary: true },
      ],
    });
  });

  it('MV-06 display of an e-mail is stored as sent', () => {
    const operation = { op: 'add', path: 'emails[type eq "work"].display', value: 'Office' };
    expect(patchUser(storedUser(), [operation]).document.emails).toEqual([{ ...WORK, display: 'Office' }, HOME]);
  });

  it('MV-09 simple values: add once, remove by expression, list or path, refuse other types', () => {
    const path = `${BADGE_URN}:colours`;
    expect(patchBadge({ colours: ['red'] }, { op: 'add', path, value: ['Red', 'blue'] })).toEqual({
      colours: ['red', 'blue'],
    });
    expect(patchBadge({ colours: ['red'] }, { op: 'add', path, value: 'blue' })).toEqual({ colours: ['red', 'blue'] });
    expect(patchBadge({ colours: ['red', 'blue'] }, { op: 'remove', path: `${path} eq "red"` })).toEqual({
      colours: ['blue'],
    });
    expect(patchBadge({ colours: ['red', 'blue'] }, { op: 'remove', path, value: ['BLUE'] })).toEqual({
      colours: ['red'],
    });
    expect(patchBadge({ colours: ['red'] }, { op: 'remove', path })).toBeUndefined();
    expect(refusal(() => patchBadge({}, { op: 'add', path, value: [5] }))).toBe('400 invalidValue');
    expect(refusal(() => patchBadge({}, { op: 'add', path, value: [{ value: 'x' }] }))).toBe('400 invalidValue');
  });

  it('PAT-12 an immutable attribute can be set once', () => {
    const path = `${BADGE_URN}:serial`;
    expect(patchBadge({ colours: ['red'] }, { op: 'add', path, value: 'A1' })).toEqual({
      colours: ['red'],
      serial: 'A1',
    });
    expect(patchBadge({ serial: 'A1' }, { op: 'add', path, value: 'A1' })).toEqual({ serial: 'A1' });
    for (const operation of [
      { op: 'add', path, value: 'B2' },
      { op: 'replace', path, value: 'B2' },
      { op: 'replace', path, value: null },
      { op: 'remove', path },
      { op: 'remove', path: BADGE_URN },
    ]) {
      expect(refusal(() => patchBadge({ serial: 'A1' }, operation))).toBe('400 mutability');
    }
  });

  it('PAT-12 an immutable sub-attribute stays while whole values come and go', () => {
    const keys = [{ value: '1', note: 'door' }];
    const path = `${BADGE_URN}:keys[value eq "1"]`;
    expect(refusal(() => patchBadge({ keys }, { op: 'replace', path: `${path}.value`, value: '2' }))).toBe(
      '400 mutability',
    );
    expect(refusal(() => patchBadge({ keys }, { op: 'remove', path: `${path}.value` }))).toBe('400 mutability');
    expect(patchBadge({ keys }, { op: 'replace', path: `${path}.note`, value: 'gate' })).toEqual({
      keys: [{ value: '1', note: 'gate' }],
    });
    expect(patchBadge({ keys }, { op: 'remove', path })).toBeUndefined();
  });

  it('a sub-attribute without a filter means all values', () => {
    const { document } = patchUser(storedUser(), [{ op: 'replace', path: 'emails.display', value: 'Mira' }]);
    expect(document.emails).toEqual([
      { ...WORK, display: 'Mira' },
      { ...HOME, display: 'Mira' },
    ]);
    expect(refusal(() => patchUser(storedUser(), [{ op: 'replace', path: 'ims.display', value: 'x' }]))).toBe(
      '400 noTarget',
    );
  });
});
