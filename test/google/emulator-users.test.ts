import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Emulator, startGoogleEmulator } from '../support/google-emulator/index.ts';
import { type GoogleAnswer, type GoogleRequests, googleRequests } from '../support/google-requests.ts';

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
const reason = ({ status, body }: GoogleAnswer) => [status, body.error.errors[0].reason, body.error.message];

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
    expect(reason(await requests.get('/users'))).toEqual([400, 'badRequest', 'Bad Request']);
    expect(reason(await requests.get('/users', { customer: 'example.com' }))[1]).toBe('badRequest');
    expect(reason(await requests.get('/users', { customer: 'C0other' }))[1]).toBe('forbidden');
    expect(reason(await requests.get('/users', { domain: 'other.test' }))).toEqual([
      404,
      'notFound',
      'Domain not found.',
    ]);
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
      expect(reason(await requests.get('/users', { ...CUSTOMER, query }))).toEqual([400, 'invalid', 'Invalid Input']);
    }
    expect(reason(await requests.get('/users', { ...CUSTOMER, query: 'orgUnitPath=/Nowhere' }))).toEqual([
      400,
      'invalid',
      'Invalid Input: INVALID_OU_ID',
    ]);
  });
});

describe('users.get', () => {
  it('takes an id, the primary address, an alias and the test address', async () => {
    const { id } = emulator.users.add({ primaryEmail: 'liz@example.com', aliases: ['elizabeth@example.com'] });
    for (const key of [id, 'liz@example.com', 'LIZ@example.com', 'elizabeth@example.com']) {
      expect((await requests.get(`/users/${encodeURIComponent(key)}`)).body.id).toBe(id);
    }
    expect((await requests.get('/users/liz@example.com.test-google-a.com')).body.id).toBe(id);
  });

  it('tells unknown, foreign and other kinds of objects apart', async () => {
    emulator.groups.add({ email: 'crew@example.com' });
    expect(reason(await requests.get('/users/nobody@example.com'))).toEqual([
      404,
      'notFound',
      'Resource Not Found: userKey',
    ]);
    expect(reason(await requests.get('/users/somebody@other.test'))[1]).toBe('forbidden');
    expect(reason(await requests.get('/users/crew@example.com'))).toEqual([
      400,
      'badRequest',
      'Type not supported: userKey',
    ]);
  });

  it('shows flags always, what belongs to a state only in it, and empty lists never', async () => {
    const { id } = emulator.users.add({ primaryEmail: 'states@example.com', givenName: 'Sta', familyName: 'Tes' });
    const plain = (await requests.get(`/users/${id}`)).body;
    expect(plain).toMatchObject({
      kind: 'admin#directory#user',
      suspended: false,
      archived: false,
      lastLoginTime: '1970-01-01T00:00:00.000Z',
      name: { givenName: 'Sta', familyName: 'Tes', fullName: 'Sta Tes' },
      customerId: emulator.customerId,
      nonEditableAliases: ['states@example.com.test-google-a.com'],
      emails: [{ address: 'states@example.com', primary: true }, { address: 'states@example.com.test-google-a.com' }],
    });
    for (const absent of ['aliases', 'phones', 'suspensionReason', 'suspensionTime', 'archivalTime', 'deletionTime']) {
      expect(plain).not.toHaveProperty(absent);
    }
    emulator.users.suspend(id, 'ABUSE');
    emulator.users.archive(id);
    const left = (await requests.get(`/users/${id}`)).body;
    expect(left).toMatchObject({ suspended: true, suspensionReason: 'ABUSE', archived: true });
    expect(left.etag).not.toBe(plain.etag);
    emulator.users.unsuspend(id);
    emulator.users.unarchive(id);
    expect((await requests.get(`/users/${id}`)).body).toMatchObject({ suspended: false, archived: false });
  });

  it('shows custom fields by the projection', async () => {
    const attributes = { customSchemas: { HR: { level: 3 }, Access: { badge: 'b7' } } };
    const { id } = emulator.users.add({ primaryEmail: 'custom@example.com', attributes });
    const get = async (query: Record<string, string>) => (await requests.get(`/users/${id}`, query)).body.customSchemas;
    expect(await get({})).toBeUndefined();
    expect(await get({ projection: 'full' })).toEqual(attributes.customSchemas);
    expect(await get({ projection: 'custom', customFieldMask: 'HR' })).toEqual({ HR: { level: 3 } });
    expect((await requests.get(`/users/${id}`, { projection: 'custom' })).status).toBe(400);
    expect((await requests.get(`/users/${id}`, { viewType: 'domain_public' })).body).not.toHaveProperty('suspended');
  });
});

describe('changes', () => {
  it('keep the old address of somebody renamed as an alias', async () => {
    const { id } = emulator.users.add({ primaryEmail: 'before@example.com' });
    emulator.users.rename(id, 'after@example.com');
    const { body } = await requests.get('/users/before@example.com');
    expect([body.id, body.primaryEmail, body.aliases]).toEqual([id, 'after@example.com', ['before@example.com']]);
  });

  it('swap addresses, and make somebody again with another id', async () => {
    const a = emulator.users.add({ primaryEmail: 'a@example.com' });
    const b = emulator.users.add({ primaryEmail: 'b@example.com' });
    emulator.users.rotatePrimaries([a.id, b.id]);
    expect((await requests.get('/users/a@example.com')).body.id).toBe(b.id);
    const again = emulator.users.recreate(a.id);
    expect(again.id).not.toBe(a.id);
    expect((await requests.get('/users/b@example.com')).body.id).toBe(again.id);
  });

  it('are refused where an address is taken or outside', () => {
    expect(() => emulator.users.add({ primaryEmail: emulator.adminEmail })).toThrow('Entity already exists');
    expect(() => emulator.users.add({ primaryEmail: 'x@other.test' })).toThrow('in no domain of the customer');
    expect(() => emulator.users.rename('nobody@example.com', 'x@example.com')).toThrow('no user nobody@example.com');
  });
});
