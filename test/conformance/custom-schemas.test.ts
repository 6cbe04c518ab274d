import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { sql } from '../../src/database/index.js';
import { buildResourceTypes } from '../../src/scim/schema/build-resource-types.js';
import type { JsonObject } from '../../src/scim/schema/index.js';
import { type Client, unique } from './support/client.ts';
import { countUsers, type Stage, startStage } from './support/stage.ts';
import { USER } from './support/urns.ts';

const BADGE = 'urn:example:scim:schemas:extension:badge:1.0:User';
const UNIT = 'urn:example:scim:schemas:extension:unit:1.0:Group';

const types = buildResourceTypes([
  {
    name: 'badge.json',
    content: [
      {
        id: BADGE,
        attributes: [
          { name: 'number', uniqueness: 'server', caseExact: true },
          { name: 'colour', canonicalValues: ['red', 'green'] },
          { name: 'issued', type: 'dateTime', mutability: 'immutable' },
          { name: 'pin', mutability: 'writeOnly', caseExact: true },
          { name: 'doors', multiValued: true },
          { name: 'floors', type: 'complex', multiValued: true, subAttributes: [{ name: 'value' }, { name: 'type' }] },
        ],
      },
      { name: 'User', schemaExtensions: [{ schema: BADGE }] },
      { id: UNIT, attributes: [{ name: 'code', uniqueness: 'server' }] },
      { name: 'Group', schemaExtensions: [{ schema: UNIT }] },
    ],
  },
]);

let stage: Stage;
let client: Client;
beforeAll(async () => {
  stage = await startStage({ types });
  client = stage.strict;
});
afterAll(() => stage.close());

const withBadge = (badge: JsonObject) => client.user({ schemas: [USER, BADGE], [BADGE]: badge });

describe("an operator's extension of users", () => {
  it('SCH-01, RT-04: is published', async () => {
    const type = (await client.get('/ResourceTypes/User')).body;
    expect(type.schemaExtensions).toContainEqual({ schema: BADGE, required: false });
    expect((await client.get('/ResourceTypes/Group')).body.schemaExtensions).toEqual([
      { schema: UNIT, required: false },
    ]);
    expect((await client.get(`/Schemas/${BADGE}`)).body.attributes).toContainEqual(
      expect.objectContaining({ name: 'pin', mutability: 'writeOnly', returned: 'never' }),
    );
  });

  it('COM-15, COM-16, PAT-13: is stored, shown, patched and named in schemas while it has data', async () => {
    const { id } = await client.user();
    const path = `/Users/${id}`;
    const added = await client.patch(path, { op: 'add', path: `${BADGE}:colour`, value: 'Red' });
    expect(added.body).toMatchObject({ schemas: [USER, BADGE], [BADGE]: { colour: 'red' } });
    await client.patch(path, { op: 'add', path: `${BADGE}:floors`, value: [{ value: '1', type: 'low' }] });
    const typed = await client.patch(path, {
      op: 'replace',
      path: `${BADGE}:floors[type eq "low"].value`,
      value: '2',
    });
    expect(typed.body[BADGE]).toMatchObject({ floors: [{ value: '2', type: 'low' }] });
    const removed = await client.patch(path, { op: 'remove', path: BADGE });
    expect(removed.body.schemas).toEqual([USER]);
    expect(removed.body).not.toHaveProperty(BADGE);
  });

  it('FLT-31, FLT-57, SRT-08, PRJ-05: is filtered, sorted and projected by its URN', async () => {
    const colour = unique();
    const { id } = await withBadge({ colour, doors: ['North', 'South'] });
    expect(await countUsers(client, `${BADGE}:colour eq "${colour.toUpperCase()}"`)).toBe(1);
    expect(await countUsers(client, `${BADGE}:doors co "nort" and id eq "${id}"`)).toBe(1);
    const answer = await client.get(`/Users/${id}`, { attributes: `${BADGE}:doors` });
    expect(answer.body).toEqual({ schemas: [USER, BADGE], id, [BADGE]: { doors: ['North', 'South'] } });
    expect((await client.get('/Users', { sortBy: `${BADGE}:colour` })).status).toBe(200);
  });

  it('SEC-02, FLT-56, PUT-12: what can only be written is in no answer, no filter and not in the log, and stays when left out', async () => {
    const { id, userName, ...user } = await withBadge({ colour: 'green', pin: '1234' });
    expect(user[BADGE]).toEqual({ colour: 'green' });
    expect((await client.get('/Users', { filter: `${BADGE}:pin eq "1234"` })).status).toBe(400);
    const put = await client.put(`/Users/${id}`, {
      schemas: [USER, BADGE],
      userName: String(userName),
      [BADGE]: { colour: 'red' },
    });
    expect(put.body[BADGE]).toEqual({ colour: 'red' });
    const { database } = stage.server;
    const stored = await database.read<{ pin: string }>(
      sql`SELECT document->${BADGE}::text->>'pin' AS pin FROM users WHERE id = ${id}`,
    );
    expect(stored).toEqual([{ pin: '1234' }]);
    const logged = await database.read(sql`SELECT 1 FROM log_entries WHERE personal::text LIKE '%1234%'`);
    expect(logged).toEqual([]);
  });

  it('DAT-16, PAT-16, DEL-04: a unique attribute is one user’s, free at once when the user goes', async () => {
    const number = unique();
    const { id } = await withBadge({ number });
    const taken = (await client.post('/Users', { schemas: [USER], userName: unique(), [BADGE]: { number } })).body;
    expect(taken).toMatchObject({ status: '409', scimType: 'uniqueness' });
    const other = await client.user();
    const patch = await client.patch(`/Users/${other.id}`, { op: 'add', path: `${BADGE}:number`, value: number });
    expect(patch).toMatchObject({ status: 409, body: { scimType: 'uniqueness' } });
    const entries = await stage.server.database.read<{ holder: string }>(sql`
      SELECT personal->'details'->>'conflictsWith' AS holder FROM log_entries
      WHERE error_code = 'attribute.value-taken' ORDER BY at DESC LIMIT 1`);
    expect(entries).toEqual([{ holder: id }]);
    await client.delete(`/Users/${id}`);
    expect(
      (await client.patch(`/Users/${other.id}`, { op: 'add', path: `${BADGE}:number`, value: number })).status,
    ).toBe(200);
  });

  it('DAT-16, SCH-01: groups have theirs too', async () => {
    const code = unique();
    const { id } = await client.group({ [UNIT]: { code } });
    const again = await client.post('/Groups', {
      schemas: [USER.replace('User', 'Group')],
      displayName: 'x',
      [UNIT]: { code },
    });
    expect(again.status).toBe(409);
    await client.delete(`/Groups/${id}`);
    await client.group({ [UNIT]: { code } });
  });

  it('is found by an index, however many users there are', async () => {
    const { database, siteId } = stage.server;
    await database.write(sql`
      INSERT INTO users (site_id, id, user_name, user_name_key, document, folded)
      SELECT ${siteId}, gen_random_uuid(), 'many-' || n, 'many-' || n, jsonb_build_object('schemas', ARRAY[${USER}::text]),
        jsonb_build_object(${BADGE}::text, jsonb_build_object('colour', 'c' || n)) FROM generate_series(1, 20000) n`);
    await database.write(sql`ANALYZE users`);
    const wanted = JSON.stringify({ [BADGE]: { colour: 'c77' } });
    const plan = await database.read<{ 'QUERY PLAN': string }>(sql`
      EXPLAIN SELECT id FROM users WHERE site_id = ${siteId} AND deleted_at IS NULL AND folded @> ${wanted}::jsonb`);
    expect(plan.map((row) => row['QUERY PLAN']).join('\n')).toMatch(/Bitmap Index Scan on users_folded/);
    expect(await countUsers(client, `${BADGE}:colour eq "C77"`)).toBe(1);
  });
});
