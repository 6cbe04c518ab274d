import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Emulator, startGoogleEmulator } from '../support/google-emulator/index.ts';
import { type GoogleRequests, googleRequests } from '../support/google-requests.ts';

let emulator: Emulator;
let requests: GoogleRequests;

beforeAll(async () => {
  emulator = await startGoogleEmulator({ seed: { domains: ['example.com', 'example.org'] } });
  requests = googleRequests(emulator);
  // Ten deep.
  emulator.orgUnits.add('/1/2/3/4/5/6/7/8/9/10');
  emulator.orgUnits.add('/corp/eng');
});
afterAll(() => emulator.close());

const UNITS = '/customer/my_customer/orgunits';
const paths = async (query: Record<string, string>) => {
  const { body } = await requests.get(UNITS, query);
  return (body.organizationUnits ?? []).map((unit: { orgUnitPath: string }) => unit.orgUnitPath).sort();
};

describe('orgunits', () => {
  it('lists children, everything below, or that with the parent', async () => {
    expect(await paths({})).toEqual(['/1', '/corp']);
    expect(await paths({ type: 'all', orgUnitPath: '/corp' })).toEqual(['/corp/eng']);
    expect(await paths({ type: 'allIncludingParent', orgUnitPath: 'corp' })).toEqual(['/corp', '/corp/eng']);
    const all = await paths({ type: 'all' });
    expect(all).toHaveLength(12);
    expect(all).not.toContain('/');
    expect(await paths({ type: 'allIncludingParent' })).toContain('/');
    expect(await paths({ orgUnitPath: '/corp/eng' })).toEqual([]);
    const { status, body } = await requests.get(UNITS, { orgUnitPath: '/nowhere' });
    expect([status, body.error.message]).toEqual([400, 'Invalid Input: INVALID_OU_ID']);
  });

  it('leaves out the key where there are none', async () => {
    expect(Object.keys((await requests.get(UNITS, { orgUnitPath: '/corp/eng' })).body).sort()).toEqual([
      'etag',
      'kind',
    ]);
  });

  it('gets one by path or id', async () => {
    const { body } = await requests.get(`${UNITS}/corp/eng`);
    expect(body).toMatchObject({ name: 'eng', orgUnitPath: '/corp/eng', parentOrgUnitPath: '/corp' });
    expect((await requests.get(`${UNITS}/${body.orgUnitId}`)).body).toEqual(body);
    expect((await requests.get(`${UNITS}/${body.parentOrgUnitId}`)).body.orgUnitPath).toBe('/corp');
    expect((await requests.get(`${UNITS}/corp/none`)).status).toBe(404);
  });

  it('takes its users along when it moves', async () => {
    const { id } = emulator.users.add({ primaryEmail: 'liz@example.com', orgUnitPath: '/corp/eng' });
    const { id: unit } = emulator.orgUnits.move('/corp', '/company');
    expect((await requests.get(`/users/${id}`)).body.orgUnitPath).toBe('/company/eng');
    expect((await requests.get(`${UNITS}/${unit}`)).body.orgUnitPath).toBe('/company');
    expect(() => emulator.orgUnits.delete('/company/eng')).toThrow('/company/eng is not empty');
    expect(() => emulator.orgUnits.move('/company', '/company/inside')).toThrow('cannot become');
  });
});

describe('the customer', () => {
  it('has a record, domains and custom schemas', async () => {
    const customer = (await requests.get('/customers/my_customer')).body;
    expect(customer).toMatchObject({ id: emulator.customerId, customerDomain: 'example.com' });
    expect((await requests.get(`/customers/${emulator.customerId}`)).body).toEqual(customer);
    const { domains } = (await requests.get('/customer/my_customer/domains')).body;
    expect(domains).toMatchObject([
      { domainName: 'example.com', isPrimary: true, verified: true },
      { domainName: 'example.org', isPrimary: false, verified: true },
    ]);
    const { schemas } = (await requests.get('/customer/my_customer/schemas')).body;
    expect(schemas).toMatchObject([{ schemaName: 'HR', fields: [{ fieldName: 'level', fieldType: 'INT64' }, {}, {}] }]);
    expect((await requests.get('/customer/my_customer/schemas/HR')).body).toEqual(schemas[0]);
    expect((await requests.get('/customer/my_customer/domainaliases')).body).not.toHaveProperty('domainAliases');
    for (const path of ['/customers/C0other', '/customer/C0other/domains', '/customer/C0other/schemas']) {
      expect((await requests.get(path)).status).toBe(403);
    }
  });

  it('shows the aliases of a user, and no photo', async () => {
    const { id } = emulator.users.add({ primaryEmail: 'jo@example.com', aliases: ['joe@example.org'] });
    const { body } = await requests.get(`/users/${id}/aliases`);
    expect(body.aliases).toMatchObject([{ alias: 'joe@example.org', primaryEmail: 'jo@example.com' }]);
    expect((await requests.get(`/users/${id}/photos/thumbnail`)).status).toBe(404);
  });
});
