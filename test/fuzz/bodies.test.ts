import { afterAll, beforeAll, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { loadResourceTypes, type ResourceTypes } from '../../src/scim/index.js';
import { type AccessServer, startAccessServer } from '../support/access-server.js';
import {
  bulkBody,
  bytesOf,
  groupBody,
  type Json,
  junk,
  patchBody,
  searchBody,
  testBody,
  userBody,
} from '../support/fuzz/bodies.ts';
import { fuzz, TIMEOUT } from '../support/fuzz/fuzz.ts';
import { createSendRaw, type RawAnswer, type RawRequest, type SendRaw } from '../support/fuzz/send-raw.ts';
import { GROUP_SHAPE, TEST_SHAPE, USER_SHAPE } from '../support/fuzz/shapes.ts';
import { brokenInvariants, fingerprint } from '../support/invariants.ts';
import type { ScimClient } from '../support/scim-server.js';

const ERROR = 'urn:ietf:params:scim:api:messages:2.0:Error';
/** Requests after which everything is looked at. */
const BATCH = 8;
/** Batches after which the resources that came to be are taken away, so that a long run does not slow down. */
const BATCHES_OF_A_WORLD = 10;

/** Counts the worlds; each belongs to another client. */
let world = 0;
let access: AccessServer;
let types: ResourceTypes;
let clients: readonly ScimClient[];
let raw: { send: SendRaw; close(): void };
/** Ids of what was there at the start of the world, by endpoint. */
let seeds: Readonly<Record<'/Users' | '/Groups' | '/TestResources', readonly string[]>>;

beforeAll(async () => {
  types = await loadResourceTypes({ folder: '/nowhere', testResources: true });
  access = await startAccessServer({ types, limits: { failedAuthentications: 1_000_000_000 } });
  clients = await Promise.all(
    ['strict', 'generic', 'onelogin'].map((profile) => access.server.connect({ profile, adopt: true })),
  );
  raw = createSendRaw(access.server.origin);
  await access.application({ key: 'wiki', licence: { seats: 2, policy: 'refuse' } });
  seeds = await seed();
}, TIMEOUT);

afterAll(async () => {
  raw?.close();
  await access?.close();
});

/** Some users, groups that give seats and hold each other, and resources of the operator's type. */
async function seed(): Promise<typeof seeds> {
  const owner = clients[world % clients.length] as ScimClient;
  const make = async (path: string, body: object): Promise<string> => {
    const answer = await owner.request('POST', path, body);
    expect(answer.status).toBe(201);
    return answer.body.id;
  };
  const users: string[] = [];
  for (let index = 0; index < 8; index++) {
    const userName = `seed-${index}`;
    const emails = [{ value: `seed-${index}@example.com`, type: 'work', primary: true }];
    users.push(await make('/Users', { schemas: [USER_SHAPE.urn], userName, emails }));
  }
  const inner = await make('/Groups', {
    schemas: [GROUP_SHAPE.urn],
    displayName: 'inner',
    members: users.slice(0, 2).map((value) => ({ value })),
  });
  const outer = await make('/Groups', {
    schemas: [GROUP_SHAPE.urn],
    displayName: 'outer',
    members: [{ value: inner }],
  });
  // Its two seats are taken by now: whoever joins is refused one, after rows were written.
  await access.grant('wiki:user', { kind: 'group', id: outer });
  const urn = TEST_SHAPE.extension?.urn ?? '';
  const resource = {
    schemas: [TEST_SHAPE.urn, urn],
    displayName: 'seed',
    uniqueText: 'u',
    [urn]: { extRequired: 'x' },
  };
  return { '/Users': users, '/Groups': [inner, outer], '/TestResources': [await make('/TestResources', resource)] };
}

async function freshWorld(): Promise<void> {
  await access.server.database.dataSource.query(`
    TRUNCATE users, groups, resources, user_emails, user_passwords, memberships, nestings, group_closure, identities,
      unique_values, grants, entitlements, waiting_places, object_count_deltas;
    UPDATE licences SET seats_used = 0;`);
  world++;
  seeds = await seed();
}

interface Sent {
  readonly client: number | 'owner';
  readonly method: string;
  /** Of a seed, in order; the target may hold `{id}`. */
  readonly seed: number;
  readonly endpoint: '/Users' | '/Groups' | '/TestResources';
  readonly target: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer | undefined;
}

const SHAPES = { '/Users': USER_SHAPE, '/Groups': GROUP_SHAPE, '/TestResources': TEST_SHAPE };
const BODIES = { '/Users': userBody, '/Groups': groupBody, '/TestResources': testBody };

const query = fc.oneof(
  { weight: 30, arbitrary: fc.constant('') },
  fc.constantFrom(
    ...[
      '?',
      '?&',
      '?attributes=id',
      '?attributes=',
      '?attributes=nope,%20',
      '?excludedAttributes=members',
      '?%',
      '?%00',
    ],
    ...['?attributes=id&excludedAttributes=id', '?filter=', '?filter=userName', '?filter=userName%20eq%20%22%00%22'],
    ...['?filter=%E0%A4', '?startIndex=99999999999999999999', '?startIndex=-1&count=-5', '?count=NaN', '?count=1e3'],
    ...[
      '?cursor',
      '?cursor=junk',
      '?cursor=&count=0',
      '?sortBy=nope',
      '?sortBy=emails&sortOrder=up',
      '?sortBy=members',
    ],
    ...[
      '?filter=password%20pr',
      '?filter=emails%5Bvalue%20co%20%22a%22%5D',
      '?attributes=__proto__',
      '?count=1&count=2',
    ],
    ...['?filter=meta.created%20gt%20%220001-01-01T00:00:00Z%22', '?filter=not%20(', '?sortBy=meta.version&count=1'],
    ...[
      '?filter=ratio%20eq%201e400',
      '?filter=count%20gt%20-1e-400',
      '?attributes=emails.value,EMAILS.TYPE,x509Certificates',
    ],
  ),
);
const header = fc.oneof(
  { weight: 60, arbitrary: fc.constant({}) },
  ...['content-type', 'accept', 'if-match', 'if-none-match', 'authorization', 'content-encoding', 'x-request-id'].map(
    (name) =>
      fc
        .constantFrom(
          '',
          '*',
          'W/"1"',
          '"1", W/"2"',
          'x',
          'application/json',
          'text/plain',
          'application/scim+json; charset=x',
          '\u00ff',
          'gzip',
        )
        .map((value): Record<string, string> => ({ [name]: value })),
  ),
);

const endpoint = fc.constantFrom('/Users', '/Groups', '/TestResources');
/** Mostly the owner of what is there. */
const client = fc.constantFrom<Sent['client'][]>('owner', 'owner', 'owner', 'owner', 0, 1, 2);
const seedNumber = fc.nat({ max: 9 });

type Target = readonly [method: string, target: string, body: Json];

/** Refused for want of a seat, after rows were written. */
const JOIN = `{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[
  {"op":"replace","path":"externalId","value":"joined"},{"op":"add","path":"members","value":[{"value":"{user}"}]}]}`;

/** A request where it belongs, with a body that may be anything. */
const addressed: fc.Arbitrary<Sent> = endpoint.chain((at) => {
  const patch = patchBody(SHAPES[at]);
  const any = fc.oneof({ weight: 20, arbitrary: BODIES[at] }, junk);
  const search = fc.oneof({ weight: 6, arbitrary: searchBody }, junk);
  const join: Target = ['PATCH', '/Groups/{id}', fc.constant(JOIN)];
  const targets: readonly Target[] = [
    ...(at === '/Groups' ? [join] : []),
    ['POST', at, any],
    ['PUT', `${at}/{id}`, any],
    ['PATCH', `${at}/{id}`, fc.oneof({ weight: 20, arbitrary: patch }, junk)],
    ['POST', `${at}/.search`, search],
    ['POST', '/.search', search],
    [
      'POST',
      '/Bulk',
      bulkBody(fc.oneof({ weight: 9, arbitrary: BODIES[at] }, { weight: 5, arbitrary: patch }, junk), [
        at,
        `${at}/{id}`,
      ]),
    ],
  ];
  return fc.constantFrom(...targets, ...targets.slice(0, 3)).chain(([method, target, body]) =>
    fc.record({
      client,
      method: fc.constant(method),
      seed: seedNumber,
      endpoint: fc.constant(at),
      target: query.map((text) => target + text),
      headers: header,
      body: bytesOf(body),
    }),
  );
});

/** Any method on any path. */
const astray: fc.Arbitrary<Sent> = fc.record({
  client,
  method: fc.constantFrom('GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS', 'TRACE', 'PROPFIND'),
  seed: seedNumber,
  endpoint,
  target: fc
    .tuple(
      fc.constantFrom(
        ...[
          '',
          '/',
          '//',
          '/Users',
          '/users',
          '/Users/',
          '/Users/{id}',
          '/Users/{id}/',
          '/Users/{id}/x',
          '//Users//{id}',
        ],
        ...[
          '/Groups/{id}',
          '/Groups',
          '/TestResources',
          '/TestResources/{id}',
          '/Me',
          '/Me/x',
          '/Bulk',
          '/.search',
          '/Bulk/x',
        ],
        ...[
          '/Schemas',
          '/Schemas/x',
          '/ResourceTypes/User',
          '/ServiceProviderConfig',
          '/Roles',
          '/Entitlements/x',
          '/Licenses',
        ],
        ...[
          '/Users/%00',
          '/Users/%',
          '/Users/%E0%A4',
          '/Users/..',
          '/Users/%2e%2e/Groups',
          '/Users/.search',
          '/Users/x',
        ],
        ...[
          '/Users/00000000-0000-0000-0000-000000000000',
          '/__proto__',
          '/constructor/x',
          `/Users/${'x'.repeat(3000)}`,
        ],
        ...[
          '/Users/%F0%9F%98%80',
          '/Users;x=y',
          '/Users%2F{id}',
          '/Users/{id}%20',
          '/Roles/.search',
          '/Users/{id}/.search',
        ],
      ),
      query,
    )
    .map((parts) => parts.join('')),
  headers: header,
  body: fc.option(bytesOf(junk), { nil: undefined }),
});

function clientOf({ client: which }: Sent): ScimClient {
  return clients[which === 'owner' ? world % clients.length : which] as ScimClient;
}

function requestOf(sent: Sent): RawRequest {
  const { baseUrl, token } = clientOf(sent);
  const ids = seeds[sent.endpoint];
  const id = ids[sent.seed % ids.length] ?? '';
  const user = seeds['/Users'][(sent.seed * 3 + 2) % 8] ?? '';
  const group = seeds['/Groups'][sent.seed % 2] ?? '';
  const text = sent.body
    ?.toString('latin1')
    .replaceAll('{id}', id)
    .replaceAll('{user}', user)
    .replaceAll('{group}', group);
  return {
    method: sent.method,
    target: new URL(baseUrl).pathname + sent.target.replaceAll('{id}', id),
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/scim+json', ...sent.headers },
    body: text === undefined ? undefined : Buffer.from(text, 'latin1'),
  };
}

function requireScimAnswer({ status, contentType, text }: RawAnswer, { method }: Sent): void {
  // 501 says that /Me is for tokens of users.
  expect(status === 501 ? 404 : status).toBeLessThan(500);
  if (status < 300 || status === 304 || method === 'HEAD') return;
  expect(contentType).toMatch(/^application\/scim\+json/);
  expect(JSON.parse(text)).toMatchObject({
    schemas: [ERROR],
    status: String(status),
    detail: expect.stringMatching(/\S/),
  });
}

const CHANGING = new Set(['POST', 'PUT', 'PATCH', 'DELETE']);

async function holdsOut(batch: readonly Sent[]): Promise<void> {
  const { database } = access.server;
  let before = await fingerprint(database);
  for (const sent of batch) {
    const answer = await raw.send(requestOf(sent));
    requireScimAnswer(answer, sent);
    const after = await fingerprint(database);
    if (answer.status >= 300 || !CHANGING.has(sent.method)) expect(after).toEqual(before);
    before = after;
  }
  expect(await brokenInvariants(database, types)).toEqual([]);
  expect(Object.keys(Object.prototype)).toEqual([]);
  expect(Reflect.get({}, 'polluted')).toBeUndefined();
  const [userId = ''] = seeds['/Users'];
  const normal = await clients[0]?.request('GET', `/Users/${userId}`);
  expect([200, 404]).toContain(normal?.status);
}

it.each([
  ['bodies to where they belong', addressed, 1300],
  ['anything to anywhere', astray, 600],
] as const)(
  'SEC-03, ERR-01: %s: a SCIM answer, never 5xx, never half a change',
  async (name, request, cases) => {
    let batches = 0;
    const property = fc.asyncProperty(fc.array(request, { minLength: BATCH, maxLength: BATCH }), async (batch) => {
      if (batches++ % BATCHES_OF_A_WORLD === 0) await freshWorld();
      await holdsOut(batch);
    });
    await fuzz(name, cases, property, BATCH);
  },
  TIMEOUT,
);
