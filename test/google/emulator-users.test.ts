import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Emulator, startGoogleEmulator } from '../support/google-emulator/index.ts';
import { type GoogleRequests, googleRequests, refusal } from '../support/google-requests.ts';

let emulator: Emulator;
let requests: GoogleRequests;

beforeAll(async () => {
  emulator = await startGoogleEmulator({ seed: { users: 230, domains: 2, seed: 7 } });
  requests = googleRequests(emulator);
});
afterAll(() => emulator.close());

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
    expect(refusal(await requests.get('/users/nobody@example.com'))).toMatchObject({
      status: 404,
      reason: 'notFound',
      message: 'Resource Not Found: userKey',
    });
    expect(refusal(await requests.get('/users/somebody@other.test')).reason).toBe('forbidden');
    expect(refusal(await requests.get('/users/crew@example.com'))).toMatchObject({
      status: 400,
      reason: 'badRequest',
      message: 'Type not supported: userKey',
    });
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
