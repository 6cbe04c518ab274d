import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createSite } from '../../src/directory/index.js';
import { unique } from './support/client.ts';
import { expectFilterRefused } from './support/refusal.ts';
import { metaOf, type Stage, startStage } from './support/stage.ts';
import { ENTERPRISE, GROUP, USER } from './support/urns.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await startStage();
});
afterAll(() => stage.close());

describe('URNs', () => {
  it.each([
    ['FLT-30: a core attribute', (urn: string) => `${USER}:nickName sw "${urn}"`],
    ['FLT-30: a core sub-attribute', (urn: string) => `${USER}:name.givenName eq "${urn}"`],
    ['FLT-31: an extension attribute', (urn: string) => `${ENTERPRISE}:department eq "${urn}"`],
    ['FLT-31: an extension sub-attribute', (urn: string) => `${ENTERPRISE}:manager.value eq "${urn}"`],
    ['FLT-32: all parts in any case', (urn: string) => `${ENTERPRISE.toUpperCase()}:DEPARTMENT eq "${urn}"`],
    ['FLT-32: sub-attribute in any case', (urn: string) => `${ENTERPRISE.toLowerCase()}:Manager.VALUE eq "${urn}"`],
  ])('%s', async (_title, filter) => {
    const word = unique('R&D');
    const body = {
      nickName: word,
      name: { givenName: word },
      [ENTERPRISE]: { department: word, manager: { value: word } },
    };
    const cast = await stage.strict.users({ it: body, another: { [ENTERPRISE]: { department: 'x' } } });
    expect(await cast.matching(filter(word))).toEqual(['it']);
  });

  it('FLT-34, FLT-57: schemas compares each element and selects what has the extension', async () => {
    const cast = await stage.generic.users({ with: { [ENTERPRISE]: { division: 'x' } }, without: {} });
    expect(await cast.matching(`schemas eq "${ENTERPRISE}"`)).toEqual(['with']);
    expect(await cast.matching(`schemas eq "${USER}"`)).toEqual(['with', 'without']);
    expect(await cast.matching('schemas co "enterprise"')).toEqual(['with']);
    expect(await cast.matching(`not (schemas eq "${ENTERPRISE}")`)).toEqual(['without']);
  });
});

it('FLT-33: every part of meta can be filtered by', async () => {
  const { generic } = stage;
  const cast = await generic.users({ one: {}, two: {} });
  const { created, lastModified, location, version } = metaOf(await generic.read(`/Users/${cast.ids.two}`));
  expect(await cast.matching(`meta.location eq "${location}"`)).toEqual(['two']);
  expect(await cast.matching(`meta.created eq "${created}" and meta.location ew "${cast.ids.two}"`)).toEqual(['two']);
  expect(await cast.matching(`id eq "${cast.ids.two}" and meta.lastModified eq "${lastModified}"`)).toEqual(['two']);
  expect(await cast.matching(`meta.version eq ${JSON.stringify(version)}`)).toContain('two');
  expect(await cast.matching('meta.resourceType eq "User"')).toEqual(['one', 'two']);
  expect(await cast.matching('meta.resourceType eq "Group"')).toEqual([]);
  expect(await cast.matching('meta[resourceType eq "User" and created pr]')).toEqual(['one', 'two']);
});

it('FLT-35: users by id, externalId, userName, address and group', async () => {
  const { generic } = stage;
  const [userName, externalId] = [unique('user'), unique('external')];
  const cast = await generic.users({
    one: { userName, externalId, emails: [{ value: `${userName}@example.com`, type: 'work' }] },
    two: {},
  });
  const inner = await generic.group({ members: [{ value: cast.ids.one }] });
  const outer = await generic.group({ members: [{ value: inner.id }] });
  for (const filter of [
    `id eq "${cast.ids.one}"`,
    `userName eq "${userName}"`,
    `externalId eq "${externalId}"`,
    `emails.value eq "${userName}@example.com"`,
    `groups.value eq "${inner.id}"`,
    `groups.value eq "${outer.id}"`,
    `groups[value eq "${outer.id}" and type eq "indirect"]`,
    `groups.display eq "${String(inner.displayName)}"`,
  ]) {
    expect({ filter, found: await cast.matching(filter) }).toEqual({ filter, found: ['one'] });
  }
  expect(await cast.matching(`groups[value eq "${outer.id}" and type eq "direct"]`)).toEqual([]);
});

it('FLT-35: groups by id, externalId, displayName and member', async () => {
  const { generic } = stage;
  const [displayName, externalId] = [unique('Group'), unique('external')];
  const user = await generic.user();
  const nested = await generic.group();
  const cast = await generic.groups({
    one: { displayName, externalId, members: [{ value: user.id }, { value: nested.id }] },
    two: {},
  });
  for (const filter of [
    `id eq "${cast.ids.one}"`,
    `displayName eq "${displayName.toUpperCase()}"`,
    `externalId eq "${externalId}"`,
    `members.value eq "${user.id}"`,
    `members eq "${nested.id}"`,
    `members[value eq "${nested.id}" and type eq "Group"]`,
    `${GROUP}:members.type eq "User"`,
  ]) {
    expect({ filter, found: await cast.matching(filter) }).toEqual({ filter, found: ['one'] });
  }
  expect(await cast.matching('members pr')).toEqual(['one']);
});

it('FLT-44: an unknown attribute is refused; the bare name of an extension attribute is taken in generic only', async () => {
  const { generic, strict } = stage;
  for (const client of [generic, strict]) {
    for (const filter of ['shoeSize eq 5', 'members pr', `${ENTERPRISE}:shoeSize pr`, 'urn:x:y:z pr', '__proto__ pr']) {
      await expectFilterRefused(client, '/Users', filter, /shoeSize|members|urn:x:y:z|__proto__/);
    }
    await expectFilterRefused(client, '/Groups', 'userName eq "x"', /userName/);
  }
  const cast = await generic.users({ one: { [ENTERPRISE]: { department: 'Deep Sea' } } });
  expect(await cast.matching('department eq "deep sea"')).toEqual(['one']);
  await expectFilterRefused(strict, '/Users', 'department eq "deep sea"', /department/);
});

it.each(['userName.foo eq 1', 'emails.foo pr', 'emails[foo eq "x"]', 'name.givenName.x pr', 'emails.value.x eq "a"'])(
  'FLT-45: %s names a sub-attribute that does not exist',
  async (filter) => {
    await expectFilterRefused(stage.generic, '/Users', filter, /foo|\.x/);
  },
);

it('FLT-29: a complex attribute that has no value of its own is refused', async () => {
  await expectFilterRefused(stage.generic, '/Users', 'name eq "x"', /name is complex/);
  await expectFilterRefused(stage.generic, '/Users', 'addresses co "x"', /addresses is complex/);
});

it.each(['eq "secret"', 'ne "secret"', 'co "s"', 'sw "s"', 'gt "a"', 'pr', 'eq null'])(
  'FLT-47, FLT-56: password %s is no way to guess at it',
  async (test) => {
    await expectFilterRefused(stage.generic, '/Users', `password ${test}`, /password/);
    await expectFilterRefused(stage.generic, '/Users', `userName pr or not (${USER}:password ${test})`, /password/);
  },
);

it('FLT-52: Unicode is prepared before it is compared', async () => {
  const decomposed = `${unique('re')}ne\u0301`;
  const composed = decomposed.normalize('NFC');
  expect(composed).not.toBe(decomposed);
  const cast = await stage.generic.users({
    one: { userName: decomposed, nickName: decomposed, emails: [{ value: `${decomposed}@example.com` }] },
  });
  for (const word of [composed, decomposed, composed.toUpperCase()]) {
    expect(await cast.matching(`userName eq "${word}"`)).toEqual(['one']);
    expect(await cast.matching(`nickName sw "${word}"`)).toEqual(['one']);
    expect(await cast.matching(`emails.value eq "${word}@example.com"`)).toEqual(['one']);
  }
});

it('FLT-54: filters are advertised and never ignored', async () => {
  const { generic } = stage;
  const { body } = await generic.get('/ServiceProviderConfig');
  expect(body).toMatchObject({ filter: { supported: true, maxResults: expect.any(Number) } });
  const site = await createSite(stage.server.database, unique('site'), 'Site');
  const client = await stage.connect({}, site.id);
  await client.user();
  expect((await client.get('/Users', { filter: 'userName eq "nobody"' })).body.totalResults).toBe(0);
});
