import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { JsonObject } from '../../src/scim/schema/index.js';
import type { Client } from './support/client.ts';
import { expectPatchRefused } from './support/refusal.ts';
import { countUsers, expectOk, metaOf, type Stage, startStage } from './support/stage.ts';
import { ENTERPRISE, USER } from './support/urns.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await startStage();
});
afterAll(() => stage.close());

const led = (client: Client, manager: JsonObject | string) => client.user({ [ENTERPRISE]: { manager } });

it('ENT-01: has the attributes of section 4.3 under its URN', async () => {
  const { generic, strict } = stage;
  for (const client of [generic, strict]) {
    const manager = await client.user();
    const attributes = {
      employeeNumber: '701984',
      costCenter: '4130',
      organization: 'Universal Studios',
      division: 'Theme Park',
      department: 'Tour Operations',
    };
    const { id } = await client.user({
      schemas: [USER, ENTERPRISE],
      [ENTERPRISE]: { ...attributes, manager: { value: manager.id } },
    });
    expect((await client.read(`/Users/${id}`))[ENTERPRISE]).toEqual({
      ...attributes,
      manager: {
        value: manager.id,
        $ref: `${client.baseUrl}/Users/${manager.id}`,
        displayName: expect.any(String),
      },
    });
    for (const [name, value] of Object.entries(attributes)) {
      expect(await countUsers(client, `id eq "${id}" and ${ENTERPRISE}:${name} eq "${value}"`)).toBe(1);
    }
  }
});

it('ENT-02: manager.displayName is filled from the manager and cannot be written', async () => {
  const { generic, strict } = stage;
  for (const client of [generic, strict]) {
    const manager = await client.user({ displayName: 'The Manager' });
    const user = await led(client, { value: manager.id, displayName: 'Somebody Else' });
    const path = `/Users/${user.id}`;
    const shown = { [ENTERPRISE]: { manager: { displayName: 'The Manager' } } };
    expect(user).toMatchObject(shown);
    const body = {
      schemas: [USER, ENTERPRISE],
      userName: user.userName ?? '',
      [ENTERPRISE]: { manager: { value: manager.id, displayName: 'Somebody Else' } },
    };
    expect(expectOk(await client.put(path, body)).body).toMatchObject(shown);
    const operation = { op: 'replace', path: `${ENTERPRISE}:manager.displayName`, value: 'Somebody Else' };
    await expectPatchRefused(client, path, [operation], { scimType: 'mutability', names: /displayName/ });
    await client.patch(`/Users/${manager.id}`, { op: 'replace', path: 'displayName', value: 'Renamed' });
    expect(await client.read(path)).toMatchObject({ [ENTERPRISE]: { manager: { displayName: 'Renamed' } } });
  }
});

it('ENT-03: neither value nor $ref of a manager is required, and one is derived from the other', async () => {
  const { generic, strict } = stage;
  for (const client of [generic, strict]) {
    const manager = await client.user();
    const $ref = `${client.baseUrl}/Users/${manager.id}`;
    for (const given of [{ value: manager.id }, { $ref }]) {
      expect(await led(client, given)).toMatchObject({ [ENTERPRISE]: { manager: { value: manager.id, $ref } } });
    }
    const without = await led(client, { displayName: 'Nobody' });
    expect(without).not.toHaveProperty(ENTERPRISE);
    expect(without.schemas).toEqual([USER]);
    expect((await led(client, { value: '26118915' }))[ENTERPRISE]).toEqual({ manager: { value: '26118915' } });
  }
});

it('ENT-04: manager.value is compared with regard to case', async () => {
  const { generic, strict } = stage;
  for (const client of [generic, strict]) {
    const { id } = await led(client, { value: 'AbC' });
    const found = (value: string) => countUsers(client, `id eq "${id}" and ${ENTERPRISE}:manager.value eq "${value}"`);
    expect(await found('AbC')).toBe(1);
    expect(await found('abc')).toBe(0);
    const before = await client.read(`/Users/${id}`);
    expectOk(await client.patch(`/Users/${id}`, { op: 'replace', path: `${ENTERPRISE}:manager.value`, value: 'abc' }));
    const after = await client.read(`/Users/${id}`);
    expect(after).toMatchObject({ [ENTERPRISE]: { manager: { value: 'abc' } } });
    expect(metaOf(after).version).not.toBe(metaOf(before).version);
  }
});

it('ENT-05: the URN is in schemas as long as there is data', async () => {
  const { generic, strict } = stage;
  for (const client of [generic, strict]) {
    const { id } = await client.user({ [ENTERPRISE]: { department: 'a', division: 'b' } });
    const path = `/Users/${id}`;
    for (const [name, schemas] of [
      ['department', [USER, ENTERPRISE]],
      ['division', [USER]],
    ] as const) {
      expectOk(await client.patch(path, { op: 'remove', path: `${ENTERPRISE}:${name}` }));
      expect((await client.read(path)).schemas).toEqual(schemas);
    }
    expect(await client.read(path)).not.toHaveProperty(ENTERPRISE);
  }
});

it('ENT-06: PATCH of an attribute makes the extension', async () => {
  const { generic, strict } = stage;
  for (const client of [generic, strict]) {
    const { id } = await client.user();
    for (const op of ['add', 'replace']) {
      expectOk(await client.patch(`/Users/${id}`, { op, path: `${ENTERPRISE}:employeeNumber`, value: op }));
      expect(await client.read(`/Users/${id}`)).toMatchObject({
        schemas: [USER, ENTERPRISE],
        [ENTERPRISE]: { employeeNumber: op },
      });
    }
  }
});
