import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Cast } from './support/client.ts';
import { expectFilterRefused } from './support/refusal.ts';
import { metaOf, type Stage, startStage } from './support/stage.ts';
import { ENTERPRISE } from './support/urns.ts';

let stage: Stage;
let people: Cast<'ada' | 'bob' | 'cid'>;
beforeAll(async () => {
  stage = await startStage();
  people = await stage.generic.users({
    ada: {
      userName: 'Ada@Example.org',
      externalId: 'Abc',
      title: 'Manager',
      userType: 'Employee',
      active: false,
      name: { familyName: "O'Malley", givenName: 'Ada' },
      emails: [{ value: 'ada@Example.org', type: 'work', primary: true }],
      [ENTERPRISE]: { employeeNumber: '9' },
    },
    bob: {
      userName: 'bob',
      externalId: 'abc',
      title: 'clerk',
      userType: 'Contractor',
      name: { familyName: 'Malle' },
      emails: [{ value: 'bob@example.com', type: 'home' }],
      [ENTERPRISE]: { employeeNumber: '10' },
    },
    cid: { userName: 'bobby' },
  });
});
afterAll(() => stage.close());

describe('string operators', () => {
  it.each([
    ['FLT-01: eq', 'userName eq "bob"', ['bob']],
    ['FLT-01: eq of a part of the value', 'userName eq "bo"', []],
    ['FLT-02: ne', 'userType ne "Employee"', ['bob', 'cid']],
    ['FLT-03: co', 'name.familyName co "O\'Malley"', ['ada']],
    ['FLT-03: co of a part that two have', 'name.familyName co "Malle"', ['ada', 'bob']],
    ['FLT-04: sw', 'userName sw "bob"', ['bob', 'cid']],
    ['FLT-05: ew', 'emails.value ew "@example.org"', ['ada']],
    ['FLT-05: ew of the whole', 'userName ew "bobby"', ['cid']],
    ['FLT-08: gt', 'userName gt "bob"', ['cid']],
    ['FLT-08: ge', 'userName ge "bob"', ['bob', 'cid']],
    ['FLT-08: lt without regard to case', 'userName lt "B"', ['ada']],
    ['FLT-08: le', 'userName le "bob"', ['ada', 'bob']],
    ['FLT-08: gt on what lies in the document', 'title gt "d"', ['ada']],
    ['FLT-10: numbers that are strings compare as strings', `${ENTERPRISE}:employeeNumber gt "10"`, ['ada']],
    ['FLT-14: names in any case', 'UserNAME eq "bob"', ['bob']],
    ['FLT-14: sub-attributes in any case', 'NAME.FAMILYNAME pr', ['ada', 'bob']],
    ['FLT-15: operators in any case', 'userName Eq "bob" Or Not (title PR)', ['bob', 'cid']],
    ['FLT-15: AND', 'userName SW "bob" AND title Pr', ['bob']],
    ['FLT-16: eq without regard to case', 'userName eq "ADA@example.ORG"', ['ada']],
    ['FLT-16: co without regard to case', 'title co "ANA"', ['ada']],
    ['FLT-16: sw without regard to case', 'name.familyName sw "o\'m"', ['ada']],
    ['FLT-16: ew without regard to case', 'emails.value ew "EXAMPLE.COM"', ['bob']],
    ['FLT-17: externalId with regard to case', 'externalId eq "abc"', ['bob']],
    ['FLT-17: externalId co with regard to case', 'externalId co "A"', ['ada']],
    ['FLT-17: externalId order by code point', 'externalId lt "a"', ['ada']],
  ] as const)('%s', async (_title, filter, found) => {
    expect(await people.matching(filter)).toEqual(found);
  });

  it('FLT-16: an address is found in any case, with its type and without', async () => {
    expect(await people.matching('emails.value eq "ADA@example.org"')).toEqual(['ada']);
    expect(await people.matching('emails[type eq "WORK" and value eq "ADA@EXAMPLE.ORG"]')).toEqual(['ada']);
  });

  it('FLT-17: id, version and references are compared with regard to case', async () => {
    const { ada } = people.ids;
    const { location, version } = metaOf(await stage.generic.read(`/Users/${ada}`));
    expect(await people.matching(`id eq "${ada}" and meta.version eq ${JSON.stringify(version)}`)).toEqual(['ada']);
    expect(
      await people.matching(`id eq "${ada}" and meta.version eq ${JSON.stringify(version.toLowerCase())}`),
    ).toEqual([]);
    expect(await people.matching(`meta.location eq "${location}"`)).toEqual(['ada']);
    expect(await people.matching(`meta.location eq "${location.replace('/Users/', '/users/')}"`)).toEqual([]);
  });
});

describe('presence', () => {
  it.each([
    ['FLT-06: of a simple attribute', 'title pr', ['ada', 'bob']],
    ['FLT-06: of a complex attribute by any of its parts', 'name pr', ['ada', 'bob']],
    ['FLT-06: of a sub-attribute', 'name.givenName pr', ['ada']],
    ['FLT-06: of a multi-valued attribute', 'emails pr', ['ada', 'bob']],
    ['FLT-06: of an extension', `${ENTERPRISE}:employeeNumber pr`, ['ada', 'bob']],
    ['FLT-06: of meta', 'meta pr', ['ada', 'bob', 'cid']],
    ['FLT-07: false is a value', 'active pr', ['ada', 'bob', 'cid']],
    ['FLT-07: groups that are empty are none', 'groups pr', []],
    ['FLT-36: neither equal nor present without a value', 'nickName pr or nickName eq ""', []],
  ] as const)('%s', async (_title, filter, found) => {
    expect(await people.matching(filter)).toEqual(found);
  });

  it('FLT-07: null, [] and "" are no values', async () => {
    const empty = await stage.generic.users({
      nothing: { nickName: null, emails: [], title: '' },
      something: { nickName: 'x', emails: [{ value: 'x@example.com' }], title: 'x' },
    });
    for (const filter of ['nickName pr', 'emails pr', 'title pr']) {
      expect(await empty.matching(filter)).toEqual(['something']);
    }
  });

  it('FLT-46: a defaulted attribute has the value that was returned', async () => {
    const { generic } = stage;
    const user = await generic.user();
    expect(user.active).toBe(true);
    const [byValue, byPresence] = [`id eq "${user.id}" and active eq true`, `id eq "${user.id}" and active pr`];
    for (const filter of [byValue, byPresence]) {
      expect((await generic.get('/Users', { filter })).body.totalResults).toBe(1);
    }
  });
});

describe('types', () => {
  it('FLT-09: dateTimes compare as moments, whatever their offset', async () => {
    const { created } = metaOf(await stage.generic.read(`/Users/${people.ids.ada}`));
    const moment = new Date(created).getTime();
    const inOslo = `${new Date(moment + 7_200_000).toISOString().slice(0, -1)}+02:00`;
    for (const same of [created, inOslo]) {
      expect(await people.matching(`id eq "${people.ids.ada}" and meta.created eq "${same}"`)).toEqual(['ada']);
      expect(await people.matching(`id eq "${people.ids.ada}" and meta.created ge "${same}"`)).toEqual(['ada']);
      expect(await people.matching(`id eq "${people.ids.ada}" and meta.created le "${same}"`)).toEqual(['ada']);
      expect(await people.matching(`id eq "${people.ids.ada}" and meta.created gt "${same}"`)).toEqual([]);
      expect(await people.matching(`id eq "${people.ids.ada}" and meta.created ne "${same}"`)).toEqual([]);
    }
    const later = new Date(moment + 60_000).toISOString();
    expect(await people.matching(`id eq "${people.ids.ada}" and meta.lastModified lt "${later}"`)).toEqual(['ada']);
    expect(await people.matching('meta.lastModified ge "2011-05-13T04:42:34Z"')).toEqual(['ada', 'bob', 'cid']);
  });

  it.each(['gt', 'ge', 'lt', 'le'])('FLT-11, FLT-12: %s has no meaning for booleans and binaries', async (operator) => {
    const { generic } = stage;
    await expectFilterRefused(generic, '/Users', `active ${operator} true`, /active/);
    await expectFilterRefused(generic, '/Users', `emails.primary ${operator} true`, /primary/);
    await expectFilterRefused(
      generic,
      '/Users',
      `x509Certificates.value ${operator} "AAAA"`,
      /x509Certificates\.value/,
    );
  });

  it('FLT-13: booleans by JSON literals', async () => {
    for (const client of [stage.generic, stage.strict]) {
      const found = async (filter: string) =>
        (await client.get('/Users', { filter: `id eq "${people.ids.ada}" and ${filter}` })).body.totalResults;
      expect(await found('active eq false')).toBe(1);
      expect(await found('active eq true')).toBe(0);
      expect(await found('active ne true')).toBe(1);
    }
  });

  it('FLT-43: an operand of another type is refused; boolean strings are taken in generic, refused in strict', async () => {
    const { generic, strict } = stage;
    for (const filter of ['active eq 5', 'active eq "yes"', 'userName gt true', 'userName eq 5', 'meta.created gt 5']) {
      await expectFilterRefused(generic, '/Users', filter, /active|userName|meta\.created/);
    }
    expect(await people.matching('active eq "False"')).toEqual(['ada']);
    await expectFilterRefused(strict, '/Users', 'active eq "False"', /active/);
  });

  it.each(['co', 'sw', 'ew'])('FLT-48: %s is for text only, dateTimes included (A-49)', async (operator) => {
    for (const attribute of ['active', 'x509Certificates.value', 'meta.created']) {
      await expectFilterRefused(stage.generic, '/Users', `${attribute} ${operator} "a"`, new RegExp(attribute));
    }
  });

  it.each(['yesterday', '2026-13-01T00:00:00Z', '2026-01-31', ''])('FLT-49: %p is no dateTime', async (operand) => {
    await expectFilterRefused(stage.generic, '/Users', `meta.created gt "${operand}"`, /meta\.created/);
  });

  it.each(['co', 'sw', 'ew', 'gt', 'ge', 'lt', 'le'])('FLT-38: %s null is refused', async (operator) => {
    await expectFilterRefused(stage.generic, '/Users', `title ${operator} null`, /title/);
  });
});

it('FLT-37: ne is true without a value, and where any value differs', async () => {
  const { generic } = stage;
  const cast = await generic.users({
    none: {},
    same: { emails: [{ value: 'x@example.com' }] },
    both: { emails: [{ value: 'x@example.com' }, { value: 'y@example.com' }] },
    other: { emails: [{ value: 'y@example.com' }] },
  });
  expect(await cast.matching('emails.value ne "X@example.com"')).toEqual(['none', 'both', 'other']);
  expect(await cast.matching('not (emails.value eq "x@example.com")')).toEqual(['none', 'other']);
});

it('FLT-38: eq null finds what is unassigned, ne null what is assigned', async () => {
  expect(await people.matching('title eq null')).toEqual(['cid']);
  expect(await people.matching('title ne null')).toEqual(['ada', 'bob']);
  expect(await people.matching('emails eq null')).toEqual(['cid']);
  expect(await people.matching('name ne null')).toEqual(['ada', 'bob']);
});
