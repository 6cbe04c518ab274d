import { describe, expect, it } from '@jest/globals';
import {
  bindElementFilter,
  equalityTerms,
  matchesElement,
  memberIds,
  parseFilter,
  parsePath,
} from '../../../src/scim/filter/index.js';
import { GROUP, type JsonValue, type ResourceType, resolveAttribute, USER } from '../../../src/scim/schema/index.js';

const LIMITS = { length: 4000, depth: 10, terms: 50 };

function bound(attribute: string, text: string, type: ResourceType = USER) {
  const path = resolveAttribute(type, attribute);
  if (path === undefined) throw new Error(`${attribute} is unknown`);
  return bindElementFilter(parseFilter(text, LIMITS), path, { booleanStrings: true });
}

describe('matchesElement', () => {
  const email: JsonValue = { value: 'Babs@Example.com', type: 'work' };
  it.each([
    ['type eq "WORK"', true],
    ['type eq "work" and value ew "@example.COM"', true],
    ['type eq "home" or value sw "babs"', true],
    ['not (type eq "work")', false],
    ['display pr', false],
    ['display ne "x"', true],
    ['display eq null', true],
    ['primary eq false', true],
    ['primary eq "True"', false],
    ['primary ne true', true],
    ['primary pr', false],
    ['value gt "babs"', true],
    ['value lt "babs"', false],
    ['value co "z"', false],
  ])('FLT-24, FLT-26, FLT-58: %s is %s', (text, expected) => {
    expect(matchesElement(bound('emails', text), email)).toBe(expected);
  });

  it('FLT-57, PATP-06: the values of a simple attribute are called value', () => {
    expect(matchesElement(bound('schemas', 'value eq "urn:x"'), 'urn:x')).toBe(true);
    expect(matchesElement(bound('schemas', 'value eq "urn:x"'), 'urn:y')).toBe(false);
  });
});

describe('equalityTerms', () => {
  it('gives the terms of a filter joined with and, as the client wrote them', () => {
    expect(equalityTerms(bound('emails', 'type eq "Work" and primary eq "True"'))).toEqual([
      { attribute: 'type', value: 'Work' },
      { attribute: 'primary', value: true },
    ]);
  });

  it.each(['type eq "a" or type eq "b"', 'type ne "a"', 'not (type eq "a")', 'type pr', 'type eq "a" and type eq "b"'])(
    'A-02: %s builds nothing',
    (text) => expect(equalityTerms(bound('emails', text))).toBeUndefined(),
  );
});

describe('memberIds', () => {
  it('gives the ids of value eq, joined with or', () => {
    expect(memberIds(bound('members', 'value eq "a"', GROUP))).toEqual(['a']);
    expect(memberIds(bound('members', 'value eq "a" or (Value eq "b" or value eq "a")', GROUP))).toEqual(['a', 'b']);
    expect(memberIds(bound('members', 'type eq "User"', GROUP))).toBeUndefined();
    expect(memberIds(bound('members', 'value eq "a" and type eq "User"', GROUP))).toBeUndefined();
    expect(memberIds(bound('members', 'value sw "a"', GROUP))).toBeUndefined();
  });
});

describe('parsePath', () => {
  const parse = (text: string) => parsePath(text, LIMITS);

  it('PATP-01, PATP-02: cuts the forms of RFC 7644 figure 7', () => {
    expect(parse('members')).toEqual({ attribute: 'members' });
    expect(parse('name.familyName')).toEqual({ attribute: 'name.familyName' });
    expect(parse('addresses[type eq "work"]')).toMatchObject({ attribute: 'addresses', filter: { operand: 'work' } });
    expect(parse('emails[type eq "a].b"].Value')).toMatchObject({
      attribute: 'emails',
      filter: { operand: 'a].b' },
      subAttribute: 'Value',
    });
    const urn = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
    expect(parse(`${urn}:manager.value`).attribute).toBe(`${urn}:manager.value`);
    expect(parse(urn).attribute).toBe(urn);
  });

  it('PATP-06: takes a comparison of a simple multi-valued attribute', () => {
    expect(parse('schemas eq "urn:x"')).toMatchObject({
      attribute: 'schemas',
      filter: { path: 'value', operand: 'urn:x' },
    });
  });

  it.each([
    'emails[',
    '.foo',
    'a..b',
    '',
    ' ',
    'emails]',
    'emails[type pr].',
    'emails[type pr]x',
    'emails[type pr].a.b',
  ])('PATP-03: refuses %s with invalidPath', (text) =>
    expect(() => parse(text)).toThrow(expect.objectContaining({ status: 400, scimType: 'invalidPath' })),
  );

  it.each(['emails[]', 'emails[0]', 'emails[type eq work]', 'emails[type xx "a"]', 'emails[a[b pr]]'])(
    'PATP-04, PATP-07: refuses %s with invalidFilter',
    (text) => expect(() => parse(text)).toThrow(expect.objectContaining({ status: 400, scimType: 'invalidFilter' })),
  );
});
