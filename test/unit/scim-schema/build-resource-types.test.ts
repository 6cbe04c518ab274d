import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { buildResourceTypes } from '../../../src/scim/schema/build-resource-types.js';
import { CORE_TYPES, loadResourceTypes, USER } from '../../../src/scim/schema/index.js';

const BADGE = 'urn:example:scim:schemas:extension:badge:1.0:User';
const DEVICE = 'urn:example:scim:schemas:device:1.0:Device';
const badge = { id: BADGE, attributes: [{ name: 'badgeNumber', uniqueness: 'server' }] };
const device = { id: DEVICE, attributes: [{ name: 'displayName', required: true }] };
const onUser = { name: 'User', schemaExtensions: [{ schema: BADGE, required: false }] };
const devices = { name: 'Device', endpoint: '/Devices', schema: DEVICE };

const build = (...documents: unknown[]) =>
  buildResourceTypes(documents.map((content) => ({ name: 'a.json', content })));

describe('schema files', () => {
  it('add extensions to users and types of their own', () => {
    const { user, group, others } = build([badge, onUser], device, devices);
    expect(user.extensions.map(({ schema }) => schema.id)).toEqual([...USER.extensions.map((e) => e.schema.id), BADGE]);
    expect(group).toBe(CORE_TYPES.group);
    expect(others).toMatchObject([{ name: 'Device', endpoint: '/Devices', description: 'Device' }]);
  });

  it('that are none leave the types of the RFC', () => {
    expect(build()).toEqual({ user: CORE_TYPES.user, group: CORE_TYPES.group, others: [] });
  });

  it('let a type of their own have the enterprise extension', () => {
    const schemaExtensions = [{ schema: 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User' }];
    expect(build(device, { ...devices, schemaExtensions }).others[0]?.extensions).toMatchObject([{ required: false }]);
  });

  it.each<[string, unknown[], RegExp]>([
    ['a text', ['a'], /the document/],
    ['a type without a name', [{ endpoint: '/X' }], /name/],
    ['a type with a small name', [{ ...devices, name: 'device' }, device], /capital letter/],
    ['an endpoint that is no path', [{ ...devices, endpoint: 'https://x' }, device], /endpoint/],
    ['an endpoint of the protocol', [{ ...devices, endpoint: '/bulk' }, device], /\/bulk is taken/],
    ['an endpoint that another has', [device, devices, { ...devices, name: 'Gadget' }], /\/Devices is taken/],
    [
      'a type that another has',
      [device, devices, { ...devices, endpoint: '/Other' }],
      /a resource type Device already/,
    ],
    ['a name of the protocol', [{ ...devices, name: 'Schema' }, device], /a resource type Schema already/],
    ['a type without a schema', [{ name: 'Device', endpoint: '/Devices' }], /needs a schema/],
    ['a schema that is nowhere', [devices], /there is no schema urn:example/],
    ['a schema that nobody uses', [device], /no resource type uses/],
    ['a schema twice', [device, { ...device, id: DEVICE.toUpperCase() }, devices], /stands in a\.json too/],
    ['a URN of the RFC', [{ ...device, id: 'urn:ietf:params:scim:schemas:core:2.0:User' }, devices], /URN of the RFC/],
    ['a message URN', [{ ...device, id: 'urn:ietf:params:scim:api:messages:2.0:X' }, devices], /URN of the RFC/],
    ['an id that is no URN', [{ ...device, id: 'https://example.com/device' }, devices], /must be a URN/],
    ['an id that no path can hold', [{ ...device, id: 'urn:example:a/b' }, devices], /must be a URN/],
    ['an id too long for paths', [{ ...device, id: `urn:example:${'x'.repeat(161)}` }, devices], /must be a URN/],
    [
      'a name too long for paths',
      [{ ...device, attributes: [{ name: 'x'.repeat(101) }] }, devices],
      /no attribute name/,
    ],
    [
      'an extension with what every resource has',
      [{ ...badge, attributes: [{ name: 'meta' }, { name: 'colour' }] }, onUser],
      /every resource has/,
    ],
    ['another endpoint for users', [badge, { ...onUser, endpoint: '/People' }], /cannot be changed/],
    ['users without extensions', [{ name: 'User' }], /schemaExtensions/],
    ['an attribute of the base again', [{ ...badge, attributes: [{ name: 'title' }] }, onUser], /has that name too/],
    ['an unknown type', [{ ...device, attributes: [{ name: 'a', type: 'text' }] }, devices], /does not exist/],
    [
      'a complex sub-attribute',
      [
        {
          ...device,
          attributes: [
            {
              name: 'a',
              type: 'complex',
              subAttributes: [{ name: 'b', type: 'complex', subAttributes: [{ name: 'c' }] }],
            },
          ],
        },
        devices,
      ],
      /cannot be complex/,
    ],
    ['a name with a blank', [{ ...device, attributes: [{ name: 'a b' }] }, devices], /no attribute name/],
    ['a name that every object has', [{ ...device, attributes: [{ name: 'constructor' }] }, devices], /cannot be/],
    ['a name twice', [{ ...device, attributes: [{ name: 'a' }, { name: 'A' }] }, devices], /defined twice/],
    ['no attributes', [{ ...device, attributes: [] }, devices], /no attributes/],
    [
      'what is written and shown',
      [{ ...device, attributes: [{ name: 'a', mutability: 'writeOnly', returned: 'default' }] }, devices],
      /returned never/,
    ],
  ])('with %s are refused with one line that names the file', (_what, documents, why) => {
    const expected = {
      code: 'schema.invalid',
      message: expect.stringMatching(/^The schema file a\.json is wrong: [^\n]+$/),
    };
    expect(() => build(...documents)).toThrow(expect.objectContaining(expected));
    expect(() => build(...documents)).toThrow(why);
  });
});

describe('the folder of schema files', () => {
  it('is read whole, may be absent, and a file that is no JSON is named', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'rollcall-schemas-'));
    try {
      writeFileSync(join(folder, 'README.md'), 'not looked at');
      writeFileSync(join(folder, 'badge.json'), JSON.stringify([badge, onUser]));
      const { user } = await loadResourceTypes({ folder, testResources: false });
      expect(user.extensions.at(-1)?.schema.id).toBe(BADGE);
      expect(await loadResourceTypes({ folder: join(folder, 'none'), testResources: false })).toEqual(CORE_TYPES);
      const { others } = await loadResourceTypes({ folder: join(folder, 'none'), testResources: true });
      expect(others).toMatchObject([{ name: 'TestResource', endpoint: '/TestResources' }]);

      writeFileSync(join(folder, 'broken.json'), '{');
      await expect(loadResourceTypes({ folder, testResources: false })).rejects.toMatchObject({
        code: 'schema.unreadable',
        message: expect.stringContaining('broken.json'),
      });
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
