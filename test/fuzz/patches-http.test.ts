import { afterAll, beforeAll, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { CORE_TYPES } from '../../src/scim/index.js';
import { type AccessServer, startAccessServer } from '../support/access-server.js';
import { forgetDeleted } from '../support/forget-deleted.ts';
import { fuzz, TIMEOUT } from '../support/fuzz/fuzz.ts';
import { GENERIC, type Model, patched, Refused, STRICT } from '../support/fuzz/patch-model.ts';
import { groupStep, type Json, type Step, sentOperation, startingUser, userStep } from '../support/fuzz/patch-steps.ts';
import { GROUP_SHAPE, USER_SHAPE } from '../support/fuzz/shapes.ts';
import { brokenInvariants, fingerprint } from '../support/invariants.ts';
import type { Answer, ScimClient } from '../support/scim-server.js';

const PATCH_OP = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';
const TOLERANCES = { generic: GENERIC, strict: STRICT };
type ProfileName = keyof typeof TOLERANCES;

/** Cases after which the deleted ones are forgotten. */
const CASES_OF_A_WORLD = 30;
let removed = 0;

let access: AccessServer;
const clients = new Map<ProfileName, ScimClient>();
/** Who may be a member: four users and a group. */
const users: string[] = [];
const groups: string[] = [];

beforeAll(async () => {
  access = await startAccessServer();
  for (const profile of ['generic', 'strict'] as const) {
    clients.set(profile, await access.server.connect({ profile, adopt: true }));
  }
  await access.application({ key: 'wiki', licence: { seats: 3, policy: 'wait' } });
  const client = clientOf('generic');
  for (const userName of ['member-1', 'member-2', 'member-3', 'member-4']) {
    users.push(await create(client, '/Users', { schemas: [USER_SHAPE.urn], userName }));
  }
  const inner = { schemas: [GROUP_SHAPE.urn], displayName: 'inner', members: [{ value: users[3] }] };
  groups.push(await create(client, '/Groups', inner));
}, TIMEOUT);
afterAll(() => access?.close());

function clientOf(profile: ProfileName): ScimClient {
  const client = clients.get(profile);
  if (client === undefined) throw new Error(`There is no client with the profile ${profile}`);
  return client;
}

async function create(client: ScimClient, path: string, body: object): Promise<string> {
  const answer = await client.request('POST', path, body);
  expect(answer).toMatchObject({ status: 201 });
  return answer.body.id;
}

async function remove(client: ScimClient, path: string): Promise<void> {
  expect((await client.request('DELETE', path)).status).toBe(204);
  if (++removed % CASES_OF_A_WORLD === 0) await forgetDeleted(access.server.database);
}

function afterwards(model: Model, steps: readonly Step[], profile: ProfileName, isGroup: boolean): Model | undefined {
  try {
    return patched(model, steps, TOLERANCES[profile], isGroup);
  } catch (error) {
    if (error instanceof Refused) return undefined;
    throw error;
  }
}

/** What of an answer a client has written. */
function written({ body }: Answer): { document: object; externalId: string | undefined; members: string[] } {
  const { schemas, id, meta, groups, externalId, members = [], ...document } = body;
  return { document, externalId, members: members.map(({ value }: { value: string }) => value).sort() };
}

async function follows(
  profile: ProfileName,
  path: string,
  start: Model,
  requests: readonly (readonly Step[])[],
  isGroup: boolean,
): Promise<void> {
  const { database } = access.server;
  const client = clientOf(profile);
  let model = start;
  for (const steps of requests) {
    const read = await client.request('GET', path);
    const before = await fingerprint(database);
    const body = { schemas: [PATCH_OP], Operations: steps.map(sentOperation) };
    const answer = await client.request('PATCH', path, body);
    const next = afterwards(model, steps, profile, isGroup);
    const now = await client.request('GET', path);
    if (next === undefined) {
      expect({ body, status: answer.status, text: answer.text }).toMatchObject({ body, status: 400 });
      expect(answer.body.scimType).toMatch(/^(invalid(Syntax|Path|Value|Filter)|mutability|noTarget)$/);
      expect(await fingerprint(database)).toEqual(before);
      expect(now.text).toBe(read.text);
      continue;
    }
    model = isGroup ? next : withActive(next, model, profile);
    expect({ body, status: answer.status < 300, ...written(now) }).toEqual({
      body,
      status: true,
      ...shown(model),
    });
    //
    const isSame = JSON.stringify(written(now)) === JSON.stringify(written(read));
    if (isSame) expect(now.body.meta).toEqual(read.body.meta);
    else expect(now.body.meta.version).not.toBe(read.body.meta.version);
    if (answer.status === 200) expect(answer.body).toEqual(now.body);
  }
  expect(await brokenInvariants(database, CORE_TYPES)).toEqual([]);
}

/** PUT-08, A-01: without a value nobody is active in `strict`, and everybody stays what they are in `generic`. */
function withActive(next: Model, { document: before }: Model, profile: ProfileName): Model {
  const kept = profile === 'generic' && before.active !== false;
  return { ...next, document: { ...next.document, active: next.document.active ?? kept } };
}

function shown({ document, externalId, members }: Model) {
  return { document, externalId, members: [...members].sort() };
}

const profiles = fc.constantFrom<ProfileName[]>('generic', 'strict');

it(
  'PATA-03 to PATX-08: what a PATCH made of a user is stored, or nothing is',
  async () => {
    const requests = fc.array(fc.array(userStep, { minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 3 });
    const property = fc.asyncProperty(profiles, startingUser, requests, async (profile, document, sent) => {
      const client = clientOf(profile);
      const id = await create(client, '/Users', { schemas: [USER_SHAPE.urn], externalId: 'before', ...document });
      try {
        await follows(profile, `/Users/${id}`, { document, externalId: 'before', members: [] }, sent, false);
      } finally {
        await remove(client, `/Users/${id}`);
      }
    });
    await fuzz('PATCH of users over HTTP', 150, property);
  },
  TIMEOUT,
);

it(
  'GRP-01, PATX-05: what a PATCH made of a group, its members and their seats is stored, or nothing is',
  async () => {
    const requests = fc.array(fc.array(groupStep({ users, groups }), { minLength: 1, maxLength: 3 }), {
      minLength: 1,
      maxLength: 3,
    });
    const candidates = [...users, ...groups];
    const members = fc.subarray(candidates);
    const property = fc.asyncProperty(profiles, members, requests, async (profile, ids, sent) => {
      const client = clientOf(profile);
      const document: { [name: string]: Json } = { displayName: 'start' };
      const values = ids.map((value) => ({ value }));
      const body = { schemas: [GROUP_SHAPE.urn], ...document, externalId: 'before', members: values };
      const id = await create(client, '/Groups', body);
      await access.grant('wiki:user', { kind: 'group', id });
      try {
        await follows(
          profile,
          `/Groups/${id}`,
          { document, externalId: 'before', members: ids, candidates },
          sent,
          true,
        );
      } finally {
        await remove(client, `/Groups/${id}`);
      }
    });
    await fuzz('PATCH of groups over HTTP', 250, property);
  },
  TIMEOUT,
);
