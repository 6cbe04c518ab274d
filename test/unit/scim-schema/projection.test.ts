import { describe, expect, it } from '@jest/globals';
import {
  compileSchema,
  ENTERPRISE_USER_URN,
  GROUP,
  type JsonObject,
  parseProjection as parse,
  project,
  type ResourceType,
  USER,
  USER_URN,
} from '../../../src/scim/schema/index.js';
import { refusal } from './support.js';

const URN = ENTERPRISE_USER_URN;
const ADA: JsonObject = {
  schemas: [USER_URN, URN],
  id: '1',
  externalId: 'e',
  userName: 'ada',
  name: { givenName: 'Ada', familyName: 'L' },
  emails: [{ value: 'a@b', type: 'work' }, { type: 'home' }],
  groups: [],
  [URN]: { department: 'R&D', manager: { value: '2', displayName: 'B' } },
  meta: { resourceType: 'User', lastModified: '2024-01-01T00:00:00Z' },
};
const ALWAYS = { schemas: ADA.schemas, id: '1' };

type Names = string | readonly string[];
const parseProjection = (type: ResourceType, attributes?: Names, excluded?: Names) =>
  parse(type, attributes, excluded, 20);
const included = (...names: string[]): JsonObject => project(USER, ADA, parseProjection(USER, names));
const excluded = (...names: string[]): JsonObject => project(USER, ADA, parseProjection(USER, undefined, names));

describe('projection', () => {
  it('GET-03 hands the resource on when nothing is asked for', () => {
    const projection = parseProjection(USER, undefined, '');
    expect(projection.isDefault).toBe(true);
    expect(project(USER, ADA, projection)).toBe(ADA);
  });

  it('PRJ-02 PRJ-07 COM-01 COM-19 shows always-attributes and what was asked for', () => {
    expect(included('userName')).toEqual({ ...ALWAYS, userName: 'ada' });
    expect(excluded('id,schemas')).toEqual(ADA);
  });

  it('PRJ-03 SRCH-08 takes lists, repetitions and blanks', () => {
    const expected = { ...ALWAYS, userName: 'ada', groups: [] };
    expect(included('userName,groups')).toEqual(expected);
    expect(included('userName', 'groups')).toEqual(expected);
    expect(project(USER, ADA, parseProjection(USER, ' userName , groups,'))).toEqual(expected);
  });

  it('PRJ-04 PRJ-05 takes sub-attributes, URNs and any case', () => {
    expect(included('NAME.givenname')).toEqual({ ...ALWAYS, name: { givenName: 'Ada' } });
    expect(included('emails.value')).toEqual({ ...ALWAYS, emails: [{ value: 'a@b' }] });
    expect(included('name.givenName', 'name')).toEqual({ ...ALWAYS, name: ADA.name });
    expect(included(`${URN}:manager.displayName`)).toEqual({ ...ALWAYS, [URN]: { manager: { displayName: 'B' } } });
    expect(included(`${USER_URN.toLowerCase()}:userName`)).toEqual({ ...ALWAYS, userName: 'ada' });
  });

  it('PRJ-06 A-26 takes an extension as a whole', () => {
    expect(included(URN.toLowerCase())).toEqual({ ...ALWAYS, [URN]: ADA[URN] });
    expect(excluded(URN)).not.toHaveProperty([URN]);
    expect(excluded(`${URN}:department`)[URN]).toEqual({ manager: { value: '2', displayName: 'B' } });
  });

  it('PRJ-08 PRJ-15 removes exactly what is excluded', () => {
    const shown = excluded('groups,emails.type,meta');
    const { groups: _groups, meta: _meta, ...rest } = ADA;
    expect(shown).toEqual({ ...rest, emails: [{ value: 'a@b' }] });
    expect(included('meta.lastModified')).toEqual({ ...ALWAYS, meta: { lastModified: '2024-01-01T00:00:00Z' } });
  });

  it('PRJ-09 DAT-14 never shows a password', () => {
    const projection = parseProjection(USER, 'password');
    expect(project(USER, { ...ADA, password: 'x' }, projection)).toEqual(ALWAYS);
    expect(projection.wants('password')).toBe(false);
  });

  it('PRJ-10 DAT-15 shows returned=request attributes on request only', () => {
    const schema = compileSchema({
      id: 'urn:example:x',
      attributes: [{ name: 'a' }, { name: 'b', returned: 'request' }],
    });
    const type = { ...USER, schema, extensions: [] };
    const resource = { id: '1', a: 'a', b: 'b' };
    expect(parseProjection(type).isDefault).toBe(false);
    expect(project(type, resource, parseProjection(type))).toEqual({ id: '1', a: 'a' });
    expect(project(type, resource, parseProjection(type, 'b'))).toEqual({ id: '1', b: 'b' });
    expect(project(type, resource, parseProjection(type, undefined, 'a'))).toEqual({ id: '1' });
  });

  it('PRJ-12 A-25 refuses both parameters', () => {
    expect(refusal(() => parseProjection(USER, 'userName', 'emails'))).toMatch(/^400 invalidValue/);
  });

  it('PRJ-13 SEC-03 ignores unknown names', () => {
    expect(included('nope', '__proto__', 'name.constructor')).toEqual(ALWAYS);
    expect(excluded('nope', '__proto__')).toEqual(ADA);
  });

  it('PRJ-14 ETC-03 tells callers what need not be loaded', () => {
    expect(parseProjection(GROUP, undefined, 'members').wants('members')).toBe(false);
    expect(parseProjection(GROUP, undefined, 'members.display').wants('members')).toBe(true);
    expect(parseProjection(GROUP, 'displayName').wants('members')).toBe(false);
    expect(parseProjection(GROUP).wants('members')).toBe(true);
    expect(parseProjection(USER, 'groups.display').wants('groups')).toBe(true);
    expect(parseProjection(USER, 'userName').wants(URN)).toBe(false);
    expect(parseProjection(USER, `${URN}:manager`).wants(URN)).toBe(true);
    expect(parseProjection(USER).wants('nope')).toBe(false);
  });
});
