import { beforeAll, describe, expect, it } from '@jest/globals';
import { sql } from '../../src/database/index.js';
import { expectAnswer, expectList } from '../support/idp-life.ts';
import { GROUP, patchOp, USER, where } from '../support/idp-messages.ts';
import { useRequests } from '../support/idp-requests.ts';
import type { ScimServer } from '../support/scim-server.js';

const CROWD = 5000;
const UNKNOWN = '01912f5e-0000-7000-8000-000000000000';

/** People by the thousand, made without requests. @returns their ids in order */
async function gather({ database, siteId, connectionId }: ScimServer, size: number): Promise<string[]> {
  const rows = await database.write<{ id: string }>(sql`
    INSERT INTO users (site_id, id, user_name, user_name_key, state, owner_connection_id, document, folded)
    SELECT ${siteId}, ('01912f5e-1000-7000-8000-' || lpad(n::text, 12, '0'))::uuid, name, name, 'active',
      ${connectionId}::uuid, jsonb_build_object('schemas', jsonb_build_array(${USER}::text), 'userName', name,
      'active', true), jsonb_build_object('userName', name, 'active', true)
    FROM (SELECT n, 'crowd-' || n || '@east.example' AS name FROM generate_series(1, ${size}::int) AS n) AS people
    RETURNING id`);
  await database.write(sql`
    INSERT INTO object_count_deltas (site_id, object_type, owner_connection_id, difference)
    VALUES (${siteId}, 'User', ${connectionId}, ${size})`);
  // What the upkeep of a running server does within seconds.
  await database.write(sql`ANALYZE users`);
  return rows.map((row) => row.id).sort();
}

describe('peers: large groups', () => {
  const { life, send, createGroup, patch, memberIds } = useRequests();
  let crowd: string[] = [];
  const members = (ids: readonly string[]) => ids.map((value) => ({ value }));
  const add = (group: string, ids: readonly string[]) =>
    patch(`/Groups/${group}`, { op: 'add', path: 'members', value: members(ids) });

  beforeAll(async () => {
    crowd = await gather(life().server, CROWD);
  });

  it('peers 22: a client that sends 100 members a request completes a group', async () => {
    const group = await createGroup('Peer 22');
    for (let n = 0; n < 500; n += 100) expectAnswer(await add(group, crowd.slice(n, n + 100)), 204);
    expect(await memberIds(group)).toEqual(crowd.slice(0, 500));
  });

  it('peers 25: more than 100 members at once keep those that are there; 3500 come in', async () => {
    const group = await createGroup('Peer 25', crowd.slice(0, 150));
    expectAnswer(await add(group, crowd.slice(100, 400)), 204);
    expect(await memberIds(group)).toEqual(crowd.slice(0, 400));
    expectAnswer(await add(group, crowd.slice(400, 3900)), 204);
    expect(await memberIds(group)).toEqual(crowd.slice(0, 3900));
  });

  it('peers 26: several removes in one PATCH take exactly those, and all or none', async () => {
    const ids = crowd.slice(0, 10);
    const group = await createGroup('Peer 26', ids);
    const gone = [1, 4, 8].map((n) => String(ids[n]));
    const removes = gone.map((id) => ({ op: 'remove', path: `members[value eq "${id}"]` }));
    const broken = { op: 'replace', path: 'displayName', value: { no: 'text' } };
    expectAnswer(await patch(`/Groups/${group}`, ...removes, broken), 400);
    expect(await memberIds(group)).toEqual(ids);
    expectAnswer(await patch(`/Groups/${group}`, ...removes), 204);
    expect(await memberIds(group)).toEqual(ids.filter((id) => !gone.includes(id)));
  });

  it('peers 27: 5000 members in one PATCH, one more, and one less', async () => {
    const group = await createGroup('Peer 27');
    expectAnswer(await add(group, crowd.slice(1)), 204);
    expectAnswer(await add(group, crowd.slice(0, 1)), 204);
    const remove = { op: 'remove', path: 'members', value: members(crowd.slice(7, 8)) };
    expectAnswer(await patch(`/Groups/${group}`, remove), 204);
    expect(await memberIds(group)).toEqual(crowd.filter((_id, n) => n !== 7));
  });

  it('peers 28: a list without members does not touch their table', async () => {
    const group = await createGroup('Peer 28', crowd.slice(0, 3));
    const list = () => send('GET', `/Groups${where('displayName eq "Peer 28"')}&excludedAttributes=members`);
    await life().server.database.transaction(async (transaction) => {
      // Whoever reads it would wait for the end of this transaction.
      await transaction.run(sql`LOCK TABLE memberships IN ACCESS EXCLUSIVE MODE`);
      expectList(await list(), [group]);
    });
  });

  it('peers 29: a member without an id is 400', async () => {
    const group = await createGroup('Peer 29');
    const body = { schemas: [GROUP], displayName: 'Peer 29', members: [{}] };
    expectAnswer(await send('POST', '/Groups', body), 400);
    expectAnswer(await send('PUT', `/Groups/${group}`, body), 400);
    for (const value of [[{}], [{ display: 'x' }], {}, [null, {}], [7], [{ value: 7 }]]) {
      expectAnswer(await patch(`/Groups/${group}`, { op: 'add', path: 'members', value }), 400);
    }
  });

  it('peers 30: of 20 parallel adds all are members', async () => {
    const group = await createGroup('Peer 30');
    const answers = await Promise.all(crowd.slice(0, 20).map((id) => add(group, [id])));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([204]));
    expect(await memberIds(group)).toEqual(crowd.slice(0, 20));
  });

  it('peers 31: one unknown among 100 members is named, and nothing is stored', async () => {
    const group = await createGroup('Peer 31');
    const answer = await add(group, [...crowd.slice(0, 99), UNKNOWN]);
    expect(expectAnswer(answer, 400).detail).toContain(UNKNOWN);
    expect(await memberIds(group)).toEqual([]);
    const [entry] = await life().server.database.read<{ outcome: string; code: string }>(sql`
      SELECT outcome, error_code AS code FROM log_entries ORDER BY at DESC LIMIT 1`);
    expect(entry).toEqual({ outcome: 'failure', code: 'group.unknown-member' });
  });

  it('peers 31: where unknown members are passed over, the others are stored and the log names those', async () => {
    const { server } = life();
    const skipping = await server.connect({ unknownMembers: 'skip' });
    const made = await skipping.request('POST', '/Groups', { schemas: [GROUP], displayName: 'Peer 31 skips' });
    const operation = { op: 'add', path: 'members', value: members([...crowd.slice(0, 99), UNKNOWN]) };
    const path = `/Groups/${made.body.id}`;
    expect((await skipping.request('PATCH', path, patchOp(operation))).status).toBe(204);
    expect(await memberIds(made.body.id)).toEqual(crowd.slice(0, 99));
    const [entry] = await server.database.read<{ outcome: string; details: object }>(sql`
      SELECT outcome, personal -> 'details' AS details FROM log_entries ORDER BY at DESC LIMIT 1`);
    expect(entry).toEqual({ outcome: 'success', details: { unknownMembers: [UNKNOWN], unknownMemberCount: 1 } });
  });

  it('peers 32: pages of 1000 are honoured', async () => {
    const { body } = await send('GET', '/Users?count=1000');
    expect(body).toMatchObject({ totalResults: CROWD, itemsPerPage: 1000 });
    expect(body.Resources).toHaveLength(1000);
  });

  it('peers 33: pages are complete, each person once, and the total is right under a filter', async () => {
    const seen: string[] = [];
    for (let start = 1; start <= CROWD; start += 700) {
      const { body } = await send('GET', `/Users?startIndex=${start}&count=700&attributes=id`);
      expect(body.totalResults).toBe(CROWD);
      seen.push(...body.Resources.map((user: { id: string }) => user.id));
    }
    expect(seen.sort()).toEqual(crowd);
    const filtered = await send('GET', `/Users${where('userName sw "crowd-49"')}&count=10`);
    expect(filtered.body).toMatchObject({ totalResults: 111, itemsPerPage: 10 });
  });

  it('peers 34: count is kept to, and itemsPerPage is what came', async () => {
    for (const [query, length] of [
      ['count=7', 7],
      ['count=7&startIndex=4998', 3],
      ['count=0', 0],
    ] as const) {
      const { body } = await send('GET', `/Users?${query}`);
      expect([body.itemsPerPage, body.Resources.length, body.totalResults]).toEqual([length, length, CROWD]);
    }
  });
});

describe('peers: walks', () => {
  const { life, send } = useRequests();

  it('peers 39: a walk by cursor loses nobody and repeats nobody while others are deleted', async () => {
    const crowd = await gather(life().server, 1000);
    const page = async (cursor: string) =>
      expectAnswer(await send('GET', `/Users?count=100&attributes=id&cursor=${encodeURIComponent(cursor)}`), 200);
    const seen: string[] = [];
    const gone: string[] = [];
    for (let cursor: string | undefined = ''; cursor !== undefined; ) {
      const { Resources, nextCursor } = await page(cursor);
      seen.push(...Resources.map((user: { id: string }) => user.id));
      cursor = nextCursor;
      // Five of those already seen, which moves everybody behind them up in a walk by index; and five yet to come.
      const ahead = crowd.slice(-1 - gone.length).slice(0, 5);
      const leaving = [...seen.slice(-5), ...ahead.filter((id) => !seen.includes(id))];
      const answers = await Promise.all(leaving.map((id) => send('DELETE', `/Users/${id}`)));
      gone.push(...leaving.filter((_id, n) => answers[n]?.status === 204));
    }
    expect(gone.length).toBeGreaterThanOrEqual(50);
    expect(new Set(seen).size).toBe(seen.length);
    const stayed = crowd.filter((id) => !gone.includes(id));
    expect(stayed.filter((id) => !seen.includes(id))).toEqual([]);
  });
});

describe('peers: filters', () => {
  const { send, create, person } = useRequests();

  it('peers 35: brackets and any script in a value, operators in any case, names without regard to case', async () => {
    const displayName = 'Łódź (Zażółć) "quoted" \\ 東京 🎷';
    const { id } = await create({ userName: 'Thirty.Five@East.example', displayName });
    for (const filter of [
      `displayName eq ${JSON.stringify(displayName)}`,
      'displayName Co "(Zażółć)"',
      'displayName sw "łÓDŹ (" AND userName PR',
      'userName eq "thirty.five@east.EXAMPLE"',
    ]) {
      expectList(await send('GET', `/Users${where(filter)}`), [id]);
    }
  });

  it('peers 36: attribute names in any case, in filters, paths and bodies', async () => {
    const user = await create({
      USERNAME: 'thirty-six@east.example',
      Name: { GIVENNAME: 'Six' },
      eMails: [{ Value: 'v@east.example' }],
    });
    expect(user).toMatchObject({ name: { givenName: 'Six' }, emails: [{ value: 'v@east.example' }] });
    expectList(await send('GET', `/Users${where('EMAILS.VALUE eq "v@east.example"')}&Attributes=USERname`), [user.id]);
    const body = {
      SCHEMAS: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'],
      operations: [{ OP: 'add', Path: 'NickName', VALUE: 'Sixer' }],
    };
    expect(expectAnswer(await send('PATCH', `/Users/${user.id}`, body), 200).nickName).toBe('Sixer');
  });

  it.each([
    'userName eq "a" garbage',
    'userName like "a"',
    'shoeSize eq "43"',
    'userName eq',
    '(userName eq "a"',
    'userName eq "a")',
    'userName eq "a" and',
    "userName eq 'a'",
    'emails[type eq "work"',
    'password eq "a"',
    'userName eq "a" userName eq "b"',
    'active gt true',
    '',
  ])('peers 37: the filter %p is 400 invalidFilter, not everybody and not nobody', async (filter) => {
    await person(`thirty-seven-${Buffer.from(filter).toString('hex')}`);
    expect(expectAnswer(await send('GET', `/Users${where(filter)}`), 400).scimType).toBe('invalidFilter');
  });

  it('peers 38: no match is 200 with an empty list', async () => {
    expectList(await send('GET', `/Users${where('userName eq "nobody"')}`), []);
    expectList(await send('GET', `/Groups${where('displayName eq "nobody"')}`), []);
  });
});
