import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Emulator, startGoogleEmulator } from '../support/google-emulator/index.ts';
import { type GoogleAnswer, type GoogleRequests, googleRequests, refusal } from '../support/google-requests.ts';

const CUSTOMER = { customer: 'my_customer' };

let emulator: Emulator;
let requests: GoogleRequests;

beforeAll(async () => {
  emulator = await startGoogleEmulator({ seed: { users: 230, domains: 2, seed: 7 } });
  requests = googleRequests(emulator);
});
afterAll(() => emulator.close());

const emails = (pages: readonly GoogleAnswer[]): string[] =>
  pages.flatMap(({ body }) => (body.users ?? []).map(({ primaryEmail }: { primaryEmail: string }) => primaryEmail));
const list = async (query: Record<string, string>) => emails(await requests.walk('/users', { ...CUSTOMER, ...query }));
const all = () => emulator.directory.users.items;

describe('users.list', () => {
  it('pages through everybody once, 100 to a page and 500 at most', async () => {
    const pages = await requests.walk('/users', CUSTOMER);
    expect(pages.map(({ body }) => body.users.length)).toEqual([100, 100, 31]);
    expect(emails(pages)).toEqual(all().map(({ primaryEmail }) => primaryEmail));
    expect(await requests.walk('/users', { ...CUSTOMER, maxResults: '1000' })).toHaveLength(1);
    emulator.settings.aboveMaxResults = 'refuse';
    expect((await requests.get('/users', { ...CUSTOMER, maxResults: '501' })).status).toBe(400);
    emulator.settings.aboveMaxResults = 'clamp';
  });

  it('makes pages small where that is set', async () => {
    emulator.settings.pageLimit = 50;
    expect(await requests.walk('/users', { ...CUSTOMER, maxResults: '500' })).toHaveLength(5);
    emulator.settings.pageLimit = undefined;
  });

  it('holds suspended and archived people, and those deleted only where they are asked for', async () => {
    const { id, primaryEmail } = emulator.users.add({ primaryEmail: 'leaver@example.com', suspended: true });
    expect(await list({})).toContain(primaryEmail);
    emulator.users.delete(id);
    expect(await list({})).not.toContain(primaryEmail);
    const { body } = await requests.get('/users', { ...CUSTOMER, showDeleted: 'true' });
    expect(body.users).toEqual([expect.objectContaining({ id, primaryEmail, deletionTime: expect.any(String) })]);
    expect((await requests.get(`/users/${id}`)).status).toBe(404);
    emulator.clock.advance(21 * 86_400_000);
    const later = googleRequests(emulator);
    expect((await later.get('/users', { ...CUSTOMER, showDeleted: 'true' })).body.users).toBeUndefined();
    emulator.clock.advance(-21 * 86_400_000);
    emulator.users.undelete(id);
    expect(await list({})).toContain(primaryEmail);
    emulator.users.delete(id);
  });

  it('needs a customer or a domain; with both the domain counts', async () => {
    const ofDomain = all().filter(({ primaryEmail }) => primaryEmail.endsWith('@example.org'));
    const expected = ofDomain.map(({ primaryEmail }) => primaryEmail);
    expect(emails(await requests.walk('/users', { domain: 'example.org' }))).toEqual(expected);
    expect(await list({ domain: 'example.org' })).toEqual(expected);
    expect(await list({ customer: emulator.customerId })).toHaveLength(all().length);
    expect(refusal(await requests.get('/users'))).toMatchObject({
      status: 400,
      reason: 'badRequest',
      message: 'Bad Request',
    });
    expect(refusal(await requests.get('/users', { customer: 'example.com' })).reason).toBe('badRequest');
    expect(refusal(await requests.get('/users', { customer: 'C0other' })).reason).toBe('forbidden');
    expect(refusal(await requests.get('/users', { domain: 'other.test' }))).toMatchObject({
      status: 404,
      reason: 'notFound',
      message: 'Domain not found.',
    });
  });

  it('sorts by address, given or family name, both ways', async () => {
    for (const [orderBy, name] of [
      ['email', 'primaryEmail'],
      ['givenName', 'givenName'],
      ['familyName', 'familyName'],
    ] as const) {
      const key = (email: string) => {
        const user = emulator.directory.requireUser(email);
        return `${user[name]}\t${email}`;
      };
      const ascending = await list({ orderBy });
      expect(ascending).toEqual([...ascending].sort((a, b) => (key(a) < key(b) ? -1 : 1)));
      expect(ascending).toHaveLength(all().length);
      expect(await list({ orderBy, sortOrder: 'DESCENDING' })).toEqual(ascending.reverse());
    }
  });

  it('leaves out the key of an empty collection', async () => {
    const { status, body } = await requests.get('/users', { ...CUSTOMER, query: 'email=nobody@example.com' });
    expect([status, Object.keys(body).sort()]).toEqual([200, ['etag', 'kind']]);
  });
});

describe('a query', () => {
  const matching = async (query: string) => (await list({ query })).sort();
  const expected = (accepts: (user: ReturnType<typeof all>[number]) => boolean) =>
    all()
      .filter(accepts)
      .map(({ primaryEmail }) => primaryEmail)
      .sort();

  it('finds addresses, names and flags, joined by AND', async () => {
    const person = emulator.users.add({
      primaryEmail: 'mary.jane@example.com',
      givenName: 'Mary Jane',
      familyName: "O'Hara",
      aliases: ['mj@example.org'],
    });
    const only = [person.primaryEmail];
    expect(await matching('email=mj@example.org')).toEqual(only);
    expect(await matching('email:mary.ja*')).toEqual(only);
    expect(await matching("givenName='Mary Jane'")).toEqual(only);
    expect(await matching("familyName='O\\'Hara' isSuspended=false")).toEqual(only);
    expect(await matching("familyName='O\\'Hara' isSuspended=true")).toEqual([]);
    expect(await matching("name:'jane'")).toEqual(only);
    expect(await matching('isAdmin=true')).toEqual([emulator.adminEmail]);
    expect(await matching('isSuspended=true')).toEqual(expected(({ suspended }) => suspended));
    expect(await matching('isArchived=true')).toEqual(expected(({ archived }) => archived));
    emulator.users.delete(person.id);
  });

  it('finds the whole subtree of a unit', async () => {
    emulator.orgUnits.add('/Europe/London/Third floor');
    const { id, primaryEmail } = emulator.users.add({
      primaryEmail: 'deep@example.com',
      orgUnitPath: '/Europe/London/Third floor',
    });
    expect(await matching("orgUnitPath='/Europe/London'")).toEqual([primaryEmail]);
    expect(await matching('orgUnitPath=/Europe')).toEqual(
      expected(({ orgUnitPath }) => orgUnitPath === '/Europe' || orgUnitPath.startsWith('/Europe/')),
    );
    expect(await matching('orgUnitPath=/')).toEqual(expected(() => true));
    emulator.users.delete(id);
  });

  it('looks into work places and custom fields', async () => {
    const department = expected(({ attributes }) => JSON.stringify(attributes).includes('"department":"Legal"'));
    expect(department.length).toBeGreaterThan(0);
    expect(await matching('orgDepartment=Legal')).toEqual(department);
    const level = ({ attributes }: { attributes: object }) =>
      Number(/"level":(\d+)/.exec(JSON.stringify(attributes))?.[1] ?? 0);
    expect(await matching('HR.level>=5')).toEqual(expected((user) => level(user) >= 5));
  });

  it('is refused where it makes no sense', async () => {
    for (const query of ['email=', 'unknown=1', "givenName='open", 'isAdmin=perhaps', 'email>a', 'a=b OR c=d']) {
      expect(refusal(await requests.get('/users', { ...CUSTOMER, query }))).toMatchObject({
        status: 400,
        reason: 'invalid',
        message: 'Invalid Input',
      });
    }
    expect(refusal(await requests.get('/users', { ...CUSTOMER, query: 'orgUnitPath=/Nowhere' }))).toMatchObject({
      status: 400,
      reason: 'invalid',
      message: 'Invalid Input: INVALID_OU_ID',
    });
  });
});
