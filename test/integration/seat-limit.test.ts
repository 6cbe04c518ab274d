import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { loadConfig } from '../../src/config/index.js';
import { sql } from '../../src/database/index.js';
import { updateGroup } from '../../src/directory/index.js';
import { RollcallError } from '../../src/errors/index.js';
import { DEFAULT_SEAT_RULES, type SeatRules, verifyLicensing } from '../../src/licensing/index.js';
import { createLifeCycle } from '../../src/life-cycle.js';
import type { AccessClient } from '../support/access-server.js';
import { type ApiServer, type ProgramClient, startApiServer } from '../support/api-server.js';
import { mailSettings, queuedToken } from '../support/mail-server.js';

const USER = 'urn:ietf:params:scim:schemas:core:2.0:User';
const GROUP = 'urn:ietf:params:scim:schemas:core:2.0:Group';
const PATCH = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';
const BULK = 'urn:ietf:params:scim:api:messages:2.0:BulkRequest';
const ROLES = [{ value: 'wiki:user' }];
const SEATS = 4;
const PEOPLE = 11;

let access: ApiServer;
let client: AccessClient;
let program: ProgramClient;
let licenceId: string;
let rules: SeatRules;

/** Asks for a seat for one person; false when it was refused. */
type Attempt = () => Promise<boolean>;
/** Makes ready what is needed for the n-th person to ask. */
type Path = (n: number) => Promise<Attempt>;

async function start(
  policy: 'wait' | 'refuse' | 'allow',
  seats: number,
  different: Partial<SeatRules> = {},
): Promise<void> {
  const { licensing, invitations } = loadConfig();
  rules = { ...DEFAULT_SEAT_RULES, ...different };
  access = await startApiServer({
    limits: { publicRequests: 1000 },
    settings: {
      licensing: { ...licensing, ...different },
      invitations: { ...invitations, resendSeconds: 0 },
      // Nobody sends what is queued.
      mail: mailSettings('smtp://127.0.0.1:1'),
    },
  });
  program = await access.program();
  ({ licenceId } = await access.application({ key: 'wiki', licence: { seats, policy } }));
  client = await access.client({ showEntitlements: true, assign: true, reactivate: true });
}

async function asked(method: string, path: string, body: object): Promise<boolean> {
  const { status, text } = await client.request(method, path, body);
  if (status === 403) return false;
  expect([status < 300, text]).toEqual([true, text]);
  return true;
}

/** The same of the API. */
async function askedApi(method: string, path: string, body: object): Promise<boolean> {
  const { status, body: answer, text } = await program.request(method, path, body);
  if (status === 409 && answer.code === 'licence.out-of-seats') return false;
  expect([status < 300, text]).toEqual([true, text]);
  return true;
}

async function done(work: Promise<unknown>): Promise<boolean> {
  try {
    await work;
    return true;
  } catch (error) {
    if (error instanceof RollcallError && error.code === 'licence.out-of-seats') return false;
    throw error;
  }
}

async function grantingGroup(name: string, members: readonly string[] = []): Promise<string> {
  const id = await client.group(name, members);
  await access.grant('wiki:user', { kind: 'group', id });
  return id;
}

/** Someone who would have access, were they active. */
async function dormant(n: number): Promise<string> {
  const id = await client.user(`dormant${n}`, { active: false, externalId: `x${n}` });
  await grantingGroup(`of dormant${n}`, [id]);
  return id;
}

const patch = (path: string, ...operations: object[]) =>
  asked('PATCH', path, { schemas: [PATCH], Operations: operations });
const addMember = (value: string) => ({ op: 'add', path: 'members', value: [{ value }] });
const group = (displayName: string, value: string) => ({ schemas: [GROUP], displayName, members: [{ value }] });

/** An invitation to the role, whose default group the first one makes. */
async function invitation(n: number): Promise<{ address: string; roles: object[] }> {
  if (n === 0) {
    const { id } = await program.done('POST', '/groups', { displayName: 'Wiki users' });
    await program.done('PUT', `/applications/wiki/roles/user/default-groups/${id}`);
  }
  return { address: `p${n}@example.com`, roles: [{ application: 'wiki', role: 'user' }] };
}

/** Somebody who signed up and can confirm their address now. */
async function signedUp(n: number, approval: boolean): Promise<Attempt> {
  const { address } = await invitation(n);
  if (n === 0) {
    const rule = { role: 'user', domains: ['example.com'], approval };
    await program.done('PUT', '/applications/wiki/sign-up-rule', rule);
  }
  await access.send('POST', '/api/v1/applications/wiki/sign-up', { body: { address } });
  const token = await queuedToken(access.server, address);
  return () => shown('/sign-ups/confirm', token);
}

const accepted = (token: string) => shown('/invitations/accept', token);

async function shown(path: string, token: string): Promise<boolean> {
  const { status, body, text } = await access.send('POST', `/api/v1${path}`, { body: { token } });
  if (status === 409 && body.code === 'licence.out-of-seats') return false;
  expect([status, text]).toEqual([200, text]);
  return true;
}

const PATHS: Readonly<Record<string, Path>> = {
  'POST of a user with a role': async (n) => () =>
    asked('POST', '/Users', { schemas: [USER], userName: `new${n}`, roles: ROLES }),
  'POST of a user who comes back': async (n) => {
    await dormant(n);
    return () => asked('POST', '/Users', { schemas: [USER], userName: `dormant${n}`, externalId: `x${n}` });
  },
  'PUT that activates': async (n) => {
    const id = await dormant(n);
    return () => asked('PUT', `/Users/${id}`, { schemas: [USER], userName: `dormant${n}`, active: true });
  },
  'PATCH that activates': async (n) => {
    const id = await dormant(n);
    return () => patch(`/Users/${id}`, { op: 'replace', path: 'active', value: true });
  },
  'PATCH of roles': async (n) => {
    const id = await client.user(`user${n}`);
    return () => patch(`/Users/${id}`, { op: 'add', path: 'roles', value: ROLES });
  },
  'PUT of a group': async (n) => {
    const [id, member] = [await grantingGroup(`group${n}`), await client.user(`user${n}`)];
    return () => asked('PUT', `/Groups/${id}`, group(`group${n}`, member));
  },
  'PATCH of members': async (n) => {
    const [id, member] = [await grantingGroup(`group${n}`), await client.user(`user${n}`)];
    return () => patch(`/Groups/${id}`, addMember(member));
  },
  'PATCH that nests a group': async (n) => {
    const child = await client.group(`child${n}`, [await client.user(`user${n}`)]);
    const parent = await grantingGroup(`parent${n}`);
    return () => patch(`/Groups/${parent}`, addMember(child));
  },
  'Bulk of one PATCH': async (n) => {
    const [id, member] = [await grantingGroup(`group${n}`), await client.user(`user${n}`)];
    const data = { schemas: [PATCH], Operations: [addMember(member)] };
    return async () => {
      const body = { schemas: [BULK], Operations: [{ method: 'PATCH', path: `/Groups/${id}`, data }] };
      const { body: answer, text } = await client.request('POST', '/Bulk', body);
      const [{ status }] = answer.Operations;
      expect([['204', '403'].includes(status), text]).toEqual([true, text]);
      return status === '204';
    };
  },
  'a grant to a user': async (n) => {
    const id = await client.user(`user${n}`);
    return () => done(access.grant('wiki:user', { kind: 'user', id }));
  },
  'a grant to a group': async (n) => {
    const id = await client.group(`group${n}`, [await client.user(`user${n}`)]);
    return () => done(access.grant('wiki:user', { kind: 'group', id }));
  },
  'an administrator who adds a member': async (n) => {
    const [id, member] = [await grantingGroup(`group${n}`), await client.user(`user${n}`)];
    const { database, change } = access.server;
    const actor = access.server.actor();
    const members = [{ kind: 'add', ids: [member] }] as const;
    return () =>
      done(
        change.run(actor, { action: 'group.update', objectType: 'Group' }, () =>
          updateGroup(database, actor, id, { members, unknownMembers: 'reject' }),
        ),
      );
  },
  'the API that reactivates a user': async (n) => {
    const id = await dormant(n);
    return () => askedApi('POST', `/users/${id}/reactivate`, {});
  },
  'the API that ends a suspension': async (n) => {
    const id = await client.user(`user${n}`);
    await program.done('POST', `/users/${id}/suspend`, { reason: 'leave' });
    await grantingGroup(`of user${n}`, [id]);
    return () => askedApi('POST', `/users/${id}/reactivate`, {});
  },
  'the API that restores a user': async (n) => {
    const id = await dormant(n);
    await program.done('DELETE', `/users/${id}`);
    await access.server.database.write(sql`
      UPDATE users SET state = 'active', document = document || '{"active": true}' WHERE id = ${id}`);
    return () => askedApi('POST', `/users/${id}/restore`, {});
  },
  'the API that makes a customer a standard user': async (n) => {
    const { id } = await program.done('POST', '/users', { userName: `user${n}` });
    await program.done('PUT', `/users/${id}/type`, { type: 'customer' });
    await grantingGroup(`of user${n}`, [id]);
    return () => askedApi('PUT', `/users/${id}/type`, { type: 'standard' });
  },
  'the API that adds a member': async (n) => {
    const { id: member } = await program.done('POST', '/users', { userName: `user${n}` });
    const id = await grantingGroup(`group${n}`);
    return () => askedApi('POST', `/groups/${id}/members`, { add: [member] });
  },
  'the API that restores a group': async (n) => {
    const id = await client.group(`group${n}`, [await client.user(`user${n}`)]);
    await program.done('DELETE', `/groups/${id}`);
    await access.server.database.write(sql`
      INSERT INTO grants (site_id, id, role_id, group_id)
      SELECT site_id, gen_random_uuid(), id, ${id}::uuid FROM application_roles`);
    return () => askedApi('POST', `/groups/${id}/restore`, {});
  },
  'the API that grants to a user': async (n) => {
    const { id: user } = await program.done('POST', '/users', { userName: `user${n}` });
    return () => askedApi('POST', '/grants', { application: 'wiki', role: 'user', user });
  },
  'the API that grants to a group': async (n) => {
    const group = await client.group(`group${n}`, [await client.user(`user${n}`)]);
    return () => askedApi('POST', '/grants', { application: 'wiki', role: 'user', group });
  },
  'the approval of a sign-up': async (n) => {
    const confirming = await signedUp(n, true);
    expect(await confirming()).toBe(true);
    const { items } = await program.done('GET', '/sign-ups?state=waiting&limit=1');
    return () => askedApi('POST', `/sign-ups/${items[0].id}/approve`, {});
  },
  'the approval of a sign-up of somebody who is there': async (n) => {
    await program.done('POST', '/users', { userName: `p${n}@example.com` });
    const confirming = await signedUp(n, true);
    expect(await confirming()).toBe(true);
    const { items } = await program.done('GET', '/sign-ups?state=waiting&limit=1');
    return () => askedApi('POST', `/sign-ups/${items[0].id}/approve`, {});
  },
  'a sign-up that nobody has to approve': (n) => signedUp(n, false),
  'an imported list': async (n) => {
    await invitation(n);
    const rows = [{ userName: `p${n}`, groups: 'Wiki users' }];
    return async () => {
      const { rows: outcomes } = await program.done('POST', '/user-imports', { rows });
      const [{ problems }] = outcomes;
      const codes = problems.map(({ code }: { code: string }) => code);
      expect([[], ['licence.out-of-seats']]).toContainEqual(codes);
      return codes.length === 0;
    };
  },
  'an imported list that makes somebody active': async (n) => {
    const { id } = await program.done('POST', '/users', { userName: `p${n}`, active: false });
    await grantingGroup(`of p${n}`, [id]);
    return async () => {
      const { rows } = await program.done('POST', '/user-imports', { rows: [{ userName: `p${n}`, active: 'yes' }] });
      return rows[0].outcome === 'updated';
    };
  },
  'an invitation': async (n) => {
    const body = await invitation(n);
    return () => askedApi('POST', '/invitations', body);
  },
  'an invitation that is sent anew after it has expired': async (n) => {
    const { userId } = await program.done('POST', '/invitations', { address: `p${n}@example.com` });
    const { database, change } = access.server;
    await database.write(sql`UPDATE invitations SET expires_at = now() WHERE user_id = ${userId}`);
    await createLifeCycle(database, change, 30).endInvitations();
    await grantingGroup(`of p${n}`, [userId]);
    return () => askedApi('POST', `/invitations/${userId}/resend`, {});
  },
  'the API that makes a default group': async (n) => {
    const id = await client.group(`group${n}`, [await client.user(`user${n}`)]);
    return () => askedApi('PUT', `/applications/wiki/roles/user/default-groups/${id}`, {});
  },
};

/** Where people who are invited and have not come take no seats. */
const PATHS_OF_LATE_SEATS: Readonly<Record<string, Path>> = {
  'the acceptance of an invitation': async (n) => {
    await program.done('POST', '/invitations', await invitation(n));
    const token = await queuedToken(access.server, `p${n}@example.com`);
    return () => accepted(token);
  },
};

/** What is asked of the way in, with whether invited people take seats. */
const WAYS = [
  ...Object.entries(PATHS).map(([name, path]) => [name, path, true] as const),
  ...Object.entries(PATHS_OF_LATE_SEATS).map(([name, path]) => [name, path, false] as const),
];

interface Kept {
  readonly held: number;
  readonly waiting: number;
  readonly used: number;
}

/** What is kept, and that a recalculation from scratch finds the same. */
async function kept(): Promise<Kept> {
  const { database, siteId } = access.server;
  expect(await verifyLicensing(database, siteId, rules)).toEqual([]);
  const [row] = await database.write<Kept>(sql`
    SELECT (SELECT count(*) FROM entitlements) AS held, (SELECT count(*) FROM waiting_places) AS waiting,
      (SELECT seats_used FROM licences) AS used`);
  if (row === undefined) throw new Error('the counts are one row');
  return row;
}

describe.each(WAYS)('%s, by all at once', (_name, path, invitedTakeSeats) => {
  afterEach(() => access.close());

  it.each([
    ['wait', { accepted: PEOPLE, held: SEATS, waiting: PEOPLE - SEATS, used: SEATS }],
    ['refuse', { accepted: SEATS, held: SEATS, waiting: 0, used: SEATS }],
    ['allow', { accepted: PEOPLE, held: PEOPLE, waiting: 0, used: PEOPLE }],
  ] as const)('gives as many as there are seats under the policy %s', async (policy, expected) => {
    await start(policy, SEATS, { invitedTakeSeats });
    const attempts: Attempt[] = [];
    for (let n = 0; n < PEOPLE; n++) attempts.push(await path(n));
    const results = await Promise.all(attempts.map((attempt) => attempt()));
    expect({ accepted: results.filter(Boolean).length, ...(await kept()) }).toEqual(expected);
    // Whoever was refused may come again, and is taken when there is room.
    await access.setSeats(licenceId, PEOPLE);
    const again = await Promise.all(attempts.filter((_, n) => !results[n]).map((attempt) => attempt()));
    expect(again).not.toContain(false);
    expect(await kept()).toEqual({ held: PEOPLE, waiting: 0, used: PEOPLE });
  });
});

describe('100 writers at once, with changes of the structure among them', () => {
  beforeEach(() => start('wait', 7));
  afterEach(() => access.close());

  it('never pass the limit, lose nothing and are never told to come again', async () => {
    const users = await Promise.all(Array.from({ length: 30 }, (_, n) => client.user(`user${n}`)));
    const groups: string[] = [];
    for (let n = 0; n < 6; n++) groups.push(n < 4 ? await grantingGroup(`group${n}`) : await client.group(`group${n}`));
    const pick = (list: readonly string[], n: number) => list[n % list.length] ?? '';
    const deeds: readonly ((n: number) => Promise<unknown>)[] = [
      (n) => patch(`/Groups/${pick(groups, n)}`, addMember(pick(users, n))),
      (n) => patch(`/Groups/${pick(groups, n)}`, { op: 'remove', path: `members[value eq "${pick(users, n * 7)}"]` }),
      (n) => patch(`/Users/${pick(users, n)}`, { op: 'replace', path: 'active', value: n % 3 !== 0 }),
      (n) => patch(`/Users/${pick(users, n)}`, { op: 'add', path: 'roles', value: ROLES }),
      (n) => patch(`/Groups/${pick(groups, n)}`, addMember(pick(groups, n + 1))),
      (n) => patch(`/Groups/${pick(groups, n)}`, { op: 'remove', path: `members[value eq "${pick(groups, n + 1)}"]` }),
      (n) => asked('PUT', `/Groups/${pick(groups, n)}`, group(`group${n % 6}`, pick(users, n * 3))),
      (n) => access.setSeats(licenceId, 5 + (n % 3)),
      (n) => ignore('grant.exists', access.grant('wiki:user', { kind: 'group', id: pick(groups, n) })),
      (n) => ignore('grant.not-found', access.ungrant('wiki:user', { kind: 'group', id: pick(groups, n) })),
    ];
    for (let round = 0; round < 3; round++) {
      await Promise.all(Array.from({ length: 100 }, (_, n) => deeds[n % deeds.length]?.(n + 13 * round)));
      await access.setSeats(licenceId, 7);
      const { held, used } = await kept();
      expect({ held, used, within: used <= 7 }).toEqual({ held: used, used, within: true });
    }
  });
});

async function ignore(code: string, work: Promise<unknown>): Promise<void> {
  await work.catch((error: unknown) => {
    if (!(error instanceof RollcallError) || error.code !== code) throw error;
  });
}
