import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { loadResourceTypes } from '../../src/scim/index.js';
import type { JsonObject, JsonValue } from '../../src/scim/schema/index.js';
import { type Client, type Resource, resourcesOf, unique } from './support/client.ts';
import { expectPatchRefused, expectRefusal } from './support/refusal.ts';
import { expectOk, type Stage, startStage } from './support/stage.ts';
import { USER } from './support/urns.ts';

const BASE = 'urn:example:scim:schemas:device:1.0:Device';
const LEASE = 'urn:example:scim:schemas:lease:1.0:Device';
const BADGE = 'urn:example:scim:schemas:extension:badge:1.0:User';

// What an operator writes, with as little as can be said.
const FILES: Readonly<Record<string, JsonValue>> = {
  'device.json': [
    { id: BASE, name: 'Device', attributes: [{ name: 'displayName', required: true }, { name: 'plain' }, ports()] },
    { name: 'Device', schema: BASE, schemaExtensions: [{ schema: LEASE }] },
  ],
  'lease.json': { id: LEASE, name: 'Lease', attributes: [{ name: 'until', type: 'dateTime' }] },
};

let folder: string;
let stage: Stage;
let client: Client;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rollcall-own-types-'));
  for (const [name, content] of Object.entries(FILES)) await writeFile(join(folder, name), JSON.stringify(content));
  stage = await startStage({ types: await loadResourceTypes({ folder, testResources: false }) });
  client = stage.strict;
});
afterAll(async () => {
  await stage.close();
  await rm(folder, { recursive: true });
});

function ports(): JsonObject {
  const subAttributes = ['value', 'type', 'display'].map((name): JsonObject => ({ name }));
  subAttributes.push(
    { name: 'primary', type: 'boolean' },
    { name: '$ref', type: 'reference', referenceTypes: ['User'] },
  );
  return { name: 'ports', type: 'complex', multiValued: true, subAttributes };
}

const body = (attributes: JsonObject = {}): JsonObject => ({ schemas: [BASE], displayName: unique(), ...attributes });
const made = async (attributes?: JsonObject) =>
  expectOk(await client.post('/Devices', body(attributes)), 201).body as Resource;

it('COM-21, HTTP-06: a type of two files has every operation, filters and discovery', async () => {
  const { endpoint, schema, schemaExtensions } = (await client.get('/ResourceTypes/Device')).body;
  expect({ endpoint, schema, schemaExtensions }).toEqual({
    endpoint: '/Devices',
    schema: BASE,
    schemaExtensions: [{ schema: LEASE, required: false }],
  });
  const published = resourcesOf(await client.get('/Schemas')).map(({ id }) => id);
  expect(published).toEqual(expect.arrayContaining([BASE, LEASE]));

  const until = '2030-01-01T00:00:00Z';
  const { id, displayName } = await made({ plain: 'a', [LEASE]: { until } });
  const path = `/Devices/${id}`;
  const created = await client.read(path);
  expect(created).toMatchObject({ schemas: [BASE, LEASE], displayName, plain: 'a', [LEASE]: { until } });
  expect(created.meta).toMatchObject({ resourceType: 'Device', location: `${client.baseUrl}${path}` });

  const found = async (filter: string) =>
    resourcesOf(await client.get('/Devices', { filter })).map((device) => device.id);
  expect(await found(`displayName eq "${String(displayName)}" and ${LEASE}:until gt "2029-01-01T00:00:00Z"`)).toEqual([
    id,
  ]);
  expect(await found(`displayName eq "${String(displayName)}" and not (${LEASE}:until pr)`)).toEqual([]);

  const patched = await client.patch(
    path,
    { op: 'replace', path: 'plain', value: 'b' },
    { op: 'remove', path: `${LEASE}:until` },
  );
  expect(expectOk(patched).body).toMatchObject({ schemas: [BASE], plain: 'b' });
  expect(expectOk(await client.put(path, body({ ports: [{ value: '1' }] }))).body).not.toHaveProperty('plain');
  expectOk(await client.delete(path), 204);
  expectRefusal(await client.get(path), { status: 404 });
});

it('DAT-17: what a schema leaves out has the defaults of section 2.2', async () => {
  const schema = (await client.get(`/Schemas/${BASE}`)).body;
  const attributes = schema.attributes as JsonObject[];
  expect(attributes.find(({ name }) => name === 'plain')).toEqual({
    name: 'plain',
    type: 'string',
    multiValued: false,
    description: expect.any(String),
    required: false,
    caseExact: false,
    mutability: 'readWrite',
    returned: 'default',
    uniqueness: 'none',
  });
  // And they are lived by: it may be left out, twice the same, changed, and compared without regard to case.
  const plain = unique('Plain');
  const { id } = await made({ plain });
  await made({ plain });
  await made();
  const twice = await client.get('/Devices', { filter: `plain eq "${plain.toUpperCase()}"` });
  expect(twice.body.totalResults).toBe(2);
  expect(expectOk(await client.patch(`/Devices/${id}`, { op: 'replace', path: 'plain', value: 'x' })).body.plain).toBe(
    'x',
  );
});

it('MV-05: type, primary, display, value and $ref mean in an attribute of the operator what they mean everywhere', async () => {
  const user = await client.user();
  const first = {
    value: 'A',
    type: 'in',
    primary: true,
    display: 'The first',
    $ref: `${client.baseUrl}/Users/${user.id}`,
  };
  const second = { value: 'A', type: 'out' };
  const { id, displayName } = await made({ ports: [first, second, second] });
  const path = `/Devices/${id}`;
  expect((await client.read(path)).ports).toEqual([first, second]);

  const matches = async (filter: string) => {
    const named = `displayName eq "${String(displayName)}" and ${filter}`;
    return (await client.get('/Devices', { filter: named })).body.totalResults === 1;
  };
  expect(await matches('ports eq "a"')).toBe(true);
  expect(await matches('ports[type eq "out" and primary eq false]')).toBe(true);
  expect(await matches('ports[type eq "out" and primary eq true]')).toBe(false);
  expect(await matches(`ports.$ref eq "${first.$ref}"`)).toBe(true);

  const third = { value: 'B', type: 'in', primary: true };
  await client.patch(path, { op: 'add', path: 'ports', value: [third] });
  const { ports: after } = await client.read(path);
  expect(after).toEqual([{ ...first, primary: false }, second, third]);
  const both = [first, third];
  await expectPatchRefused(client, path, [{ op: 'replace', path: 'ports', value: both }], { scimType: 'invalidValue' });
  expectRefusal(await client.post('/Devices', body({ ports: both })), { scimType: 'invalidValue', names: /ports/ });
  await expectPatchRefused(client, path, [{ op: 'replace', path: 'ports[type eq "out"].$ref', value: 'a b' }], {
    scimType: 'invalidValue',
  });
});

it('MV-08: a $ref in an attribute of the operator is compared in its canonical form, and shown as sent', async () => {
  const $ref = 'HTTPS://Directory.Example/a/./b/../%75ser%2fone?q=%7e';
  const { id, displayName } = await made({ ports: [{ value: 'A', type: 'in', $ref }, { $ref: '../Users/%31' }] });
  const path = `/Devices/${id}`;
  expect((await client.read(path)).ports).toContainEqual({ value: 'A', type: 'in', $ref });
  const matches = async (filter: string) => {
    const named = `displayName eq "${String(displayName)}" and ${filter}`;
    return (await client.get('/Devices', { filter: named })).body.totalResults === 1;
  };
  for (const same of [
    $ref,
    'https://directory.example/a/user%2Fone?q=~',
    'https://DIRECTORY.example:443/a/user%2fone?q=~',
  ]) {
    expect({ same, found: await matches(`ports.$ref eq "${same}"`) }).toEqual({ same, found: true });
    expect({ same, found: await matches(`ports[$ref eq "${same}"]`) }).toEqual({ same, found: true });
  }
  for (const other of ['https://directory.example/a/user/one?q=~', 'https://directory.example/A/user%2Fone?q=~']) {
    expect({ other, found: await matches(`ports.$ref eq "${other}"`) }).toEqual({ other, found: false });
  }
  expect(await matches('ports.$ref eq "../Users/%31"')).toBe(true);
  expect(await matches('ports.$ref sw "https://direct"')).toBe(true);
  const removed = 'ports[$ref eq "https://directory.example/a/user%2Fone?q=~"]';
  expectOk(await client.patch(path, { op: 'remove', path: removed }));
  expect((await client.read(path)).ports).toEqual([{ $ref: '../Users/%31' }]);
});

it('COM-20: an extension with a name of the core stops the start with a line that names it', async () => {
  const other = await mkdtemp(join(tmpdir(), 'rollcall-own-types-'));
  try {
    for (const name of ['title', 'EMAILS']) {
      const files = [
        { id: BADGE, attributes: [{ name }] },
        { name: 'User', schema: USER, schemaExtensions: [{ schema: BADGE }] },
      ];
      await writeFile(join(other, 'badge.json'), JSON.stringify(files));
      await expect(loadResourceTypes({ folder: other, testResources: false })).rejects.toMatchObject({
        code: 'schema.invalid',
        message: expect.stringMatching(new RegExp(`^The schema file badge\\.json is wrong: .*${name}`, 'i')),
      });
    }
  } finally {
    await rm(other, { recursive: true });
  }
});
