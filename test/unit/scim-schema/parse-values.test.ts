import { describe, expect, it } from '@jest/globals';
import {
  compileSchema,
  ENTERPRISE_USER_URN,
  GROUP,
  parseAttributeValue,
  parseResource,
  resolveAttribute,
  USER,
} from '../../../src/scim/schema/index.js';
import { profileNamed } from '../../support/profile.js';
import { parseUser, refusal } from './support.js';

const URN = ENTERPRISE_USER_URN;

function document(attributes: object, profileName = 'generic'): unknown {
  const { schemas: _schemas, userName: _userName, ...rest } = parseUser(attributes, profileName).document;
  return rest;
}

describe('types', () => {
  it.each([
    ['DAT-01', { title: 5 }, "'title' must be a string"],
    ['DAT-01', { title: true }, "'title' must be a string"],
    ['DAT-01', { title: { a: 1 } }, "'title' must be a string"],
    ['DAT-01', { name: { givenName: 1 } }, "'name.givenName' must be a string"],
    ['DAT-01', { externalId: 7 }, "'externalId' must be a string"],
    ['DAT-02', { active: 'yes' }, "'active' must be true or false"],
    ['DAT-02', { active: 1 }, "'active' must be true or false"],
    ['DAT-06', { x509Certificates: [{ value: 'not base64!' }] }, "'x509Certificates[0].value' must be base64"],
    ['DAT-06', { x509Certificates: [{ value: 'AAAAA' }] }, "'x509Certificates[0].value' must be base64"],
    ['USR-09', { x509Certificates: [{ value: 'AA=' }] }, "'x509Certificates[0].value' must be base64"],
    ['DAT-07', { profileUrl: 'no uri at all' }, "'profileUrl' must be a URI"],
    ['USR-18', { profileUrl: 'https://h/%zz' }, "'profileUrl' must be a URI"],
    ['DAT-10', { name: 'Ada' }, "'name' must be an object"],
    ['DAT-10', { emails: { value: 'a@b' } }, "'emails' must be an array"],
    ['DAT-10', { emails: 'a@b' }, "'emails' must be an array"],
    ['MV-09', { emails: [['a@b']] }, "'emails[0]' must be an object"],
    ['DAT-18', { emails: [{}, { value: { deep: 1 } }] }, "'emails[1].value' must be a string"],
    ['DAT-18', { name: { givenName: ['a', 'b'] } }, "'name.givenName' must be a string"],
    ['DAT-01', { [URN]: { department: 5 } }, `'${URN}:department' must be a string`],
  ])('%s refuses %j in every profile', (_id, attributes, detail) => {
    for (const name of ['generic', 'strict']) {
      expect(refusal(() => parseUser(attributes, name))).toContain(`400 invalidValue: Attribute ${detail}`);
    }
  });

  it('DAT-03 DAT-04 DAT-05 reads the other types of a custom schema', () => {
    const schema = compileSchema({
      id: 'urn:example:2.0:Thing',
      attributes: [
        { name: 'count', type: 'integer' },
        { name: 'ratio', type: 'decimal' },
        { name: 'since', type: 'dateTime' },
        { name: 'tags', multiValued: true },
      ],
    });
    const type = { ...USER, schema, extensions: [] };
    const parse = (attributes: object): unknown =>
      parseResource(type, { schemas: [schema.id], ...attributes }, profileNamed('generic').parse).document;
    const since = '2024-01-01T00:00:00.5+02:00';
    expect(parse({ count: 3, ratio: 1.5, since, tags: ['b', 'a', 'b', null] })).toEqual({
      schemas: [schema.id],
      count: 3,
      ratio: 1.5,
      since,
      tags: ['b', 'a'],
    });
    for (const wrong of [{ count: 1.5 }, { count: '1' }, { ratio: '1.5' }, { since: '2024-01-01' }, { tags: [1] }]) {
      expect(refusal(() => parse(wrong))).toMatch(/^400 invalidValue/);
    }
  });

  it('DAT-11 DAT-12 ETC-04 A-46 keeps values as sent, also those that are not canonical', () => {
    const attributes = {
      phoneNumbers: [{ value: ' +1 (201) 555 0123', type: 'Private' }],
      emails: [{ value: 'Ada+X@EXAMPLE.com', type: 'private' }],
      addresses: [{ country: 'USA' }],
      preferredLanguage: 'en_US',
    };
    expect(document(attributes)).toEqual(attributes);
  });

  it('MV-07 writes canonical types in their spelling', () => {
    expect(document({ emails: [{ value: 'a', type: 'Work' }] })).toEqual({ emails: [{ value: 'a', type: 'work' }] });
  });

  it('MV-06 USR-19 keeps display and the order of values', () => {
    const roles = [{ value: 'z', display: 'Z' }, { value: 'a', type: 'x', primary: true }, { value: 'm' }];
    expect(document({ roles })).toEqual({ roles });
  });

  it('MT-08 keeps any Unicode but NUL and halves of characters', () => {
    expect(document({ displayName: 'Zoë 山田 😀' })).toEqual({ displayName: 'Zoë 山田 😀' });
    expect(refusal(() => parseUser({ title: 'a\u0000b' }))).toContain("'title' must not contain NUL");
    const rules = profileNamed('generic').parse;
    const half = { schemas: [USER.schema.id], userName: 'x', title: '\ud83d' };
    expect(refusal(() => parseResource(USER, half, rules))).toContain("'title' must be well-formed Unicode");
  });

  it('limits values, strings and keys, naming the attribute', () => {
    const emails = Array.from({ length: 1001 }, (_, index) => ({ value: `${index}` }));
    expect(refusal(() => parseUser({ emails }))).toContain("'emails' must not have more than 1000 values");
    expect(refusal(() => parseUser({ title: 'x'.repeat(70_000) }))).toContain("'title' must not be longer than 65536");
    expect(refusal(() => parseUser({ title: 'x'.repeat(60_000) }))).toBe('accepted');
    expect(refusal(() => parseUser({ userName: 'x'.repeat(1201) }))).toContain(
      "'userName' must not be longer than 1200",
    );
    expect(refusal(() => parseUser({ userName: 'x'.repeat(1200) }))).toBe('accepted');
    expect(refusal(() => parseUser({ userName: '山'.repeat(401) }))).toContain("'userName' must not be longer");
    expect(refusal(() => parseUser({ externalId: 'x'.repeat(1201) }))).toContain("'externalId' must not be longer");
  });
});

describe('unassigned', () => {
  it.each(['generic', 'strict'])('COM-17 takes null, [] and "" as no value of any type in %s', (name) => {
    for (const value of [null, [], '']) {
      const attributes = { title: value, active: value, name: value, emails: value, x509Certificates: [{ value }] };
      expect(document({ ...attributes, [URN]: { manager: value } }, name)).toEqual({});
    }
  });
});

describe('multi-valued attributes', () => {
  it('CRE-20 MV-01 A-45 refuses two primary values', () => {
    const emails = [
      { value: 'a', primary: true },
      { value: 'b', primary: true },
    ];
    expect(refusal(() => parseUser({ emails }))).toBe(
      "400 invalidValue: Attribute 'emails' must have at most one primary value.",
    );
  });

  it('MV-03 MV-04 A-45 collapses the same type and value, keeping primary', () => {
    const emails = [
      { value: 'a@b', type: 'work' },
      { value: 'A@b', type: 'Work', primary: true },
      { value: 'a@b', type: 'home' },
      { value: 'c@b', type: 'work', primary: false },
    ];
    expect(document({ emails })).toEqual({
      emails: [
        { value: 'a@b', type: 'work', primary: true },
        { value: 'a@b', type: 'home' },
        { value: 'c@b', type: 'work', primary: false },
      ],
    });
  });
});

describe('the switches', () => {
  it('A-06 reads boolean strings, except in strict', () => {
    expect(document({ active: 'True' })).toEqual({ active: true });
    expect(document({ emails: [{ value: 'a', primary: 'FALSE' }] })).toEqual({
      emails: [{ value: 'a', primary: false }],
    });
    expect(refusal(() => parseUser({ active: 'True' }, 'strict'))).toContain('must be true or false');
  });

  it('A-22 ENT-03 reads a manager as string or array, except in strict', () => {
    for (const manager of [
      '7',
      [{ value: '7', $ref: 'https://h/Users/7', displayName: 'B' }],
      { $ref: '../Users/7' },
    ]) {
      expect(document({ [URN]: { manager } })).toEqual({ [URN]: { manager: { value: '7' } } });
    }
    expect(refusal(() => parseUser({ [URN]: { manager: '7' } }, 'strict'))).toContain('must be an object');
    expect(refusal(() => parseUser({ [URN]: { manager: [{ value: '7' }] } }, 'strict'))).toContain('must be an object');
    expect(refusal(() => parseUser({ [URN]: { manager: [{ value: '7' }, { value: '8' }] } }))).toContain(
      'invalidValue',
    );
  });

  it('unwraps the roles of Entra, except in strict', () => {
    const wrapped = { value: '{"id":"06b0","value":"Admin","displayName":"Administrator"}' };
    expect(document({ roles: [wrapped] })).toEqual({ roles: [{ value: 'Admin', display: 'Administrator' }] });
    expect(document({ roles: [{ value: 'A', displayName: 'B' }] })).toEqual({ roles: [{ value: 'A', display: 'B' }] });
    expect(document({ roles: [{ value: '{broken' }, { value: '{}' }] })).toEqual({
      roles: [{ value: '{broken' }, { value: '{}' }],
    });
    expect(document({ roles: [wrapped] }, 'strict')).toEqual({ roles: [wrapped] });
  });

  it('reads what OneLogin templates make', () => {
    const attributes = { id: null, active: 'true', emails: { value: 'a@b' }, [URN]: { manager: { managerId: '7' } } };
    expect(document(attributes, 'onelogin')).toEqual({
      active: true,
      emails: [{ value: 'a@b' }],
      [URN]: { manager: { value: '7' } },
    });
  });
});

describe('parseAttributeValue', () => {
  const rules = profileNamed('generic').patch;
  const parse = (path: string, value: unknown, type = USER): unknown => {
    const found = resolveAttribute(type, path);
    if (found === undefined) throw new Error(path);
    return parseAttributeValue(found, value, rules);
  };

  it('PATA-04 takes one value or several', () => {
    expect(parse('emails', { value: 'a', type: 'Work' })).toEqual([{ value: 'a', type: 'work' }]);
    expect(parse('emails', [{ value: 'a' }, { value: 'b' }])).toEqual([{ value: 'a' }, { value: 'b' }]);
    expect(parse('members', { value: 'a', display: 'x' }, GROUP)).toEqual([{ value: 'a' }]);
  });

  it('PAT-15 reads sub-attributes by their type', () => {
    expect(parse('emails.primary', 'True')).toBe(true);
    expect(parse('emails.type', 'HOME')).toBe('home');
    expect(parse(`${URN}:manager`, '7')).toEqual({ value: '7' });
    expect(refusal(() => parse('name.givenName', 1))).toContain("'name.givenName' must be a string");
    expect(refusal(() => parse('active', 'nope'))).toContain('invalidValue');
  });

  it('PATX-12 takes null, [] and "" as unassigned', () => {
    for (const value of [null, [], '']) {
      expect(parse('emails', value)).toBeUndefined();
      expect(parse('title', value)).toBeUndefined();
      expect(parse(`${URN}:manager`, value)).toBeUndefined();
    }
  });

  it('MV-03 collapses elements without a value, in whatever order their parts come', () => {
    const addresses = [
      { type: 'work', locality: 'Bonn' },
      { locality: 'Bonn', type: 'work' },
    ];
    expect(document({ addresses })).toEqual({ addresses: [{ type: 'work', locality: 'Bonn' }] });
  });
});
