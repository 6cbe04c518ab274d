import { afterAll, beforeAll, beforeEach, expect } from '@jest/globals';
import { listConnections } from '../../src/connections/index.js';
import { sql } from '../../src/database/index.js';
import {
  addGrant,
  changeLicence,
  createApplication,
  findApplication,
  type NewApplication,
  readEntitlements,
  readWaitingPlaces,
} from '../../src/licensing/index.js';
import { type LogEntry, listLog } from '../../src/log/index.js';
import { suggestProfile } from '../../src/scim/index.js';
import { type LogExpectation, logView, wholeExpectation } from './idp-log.ts';
import { sendOnWire, type WireAnswer, type WireHeaders } from './idp-wire.ts';
import { type ConnectionSettings, type ScimServer, startScimServer } from './scim-server.js';

/** How an identity provider introduces itself. */
export interface IdpManner {
  readonly connection?: ConnectionSettings;
  /** Sent with every request, besides Authorization. */
  readonly headers?: WireHeaders;
  /** Sent with a body; some identity providers send `application/json`. */
  readonly contentType?: string;
}

/** Who has what of an application: ids of people. */
export interface SeatExpectation {
  readonly held: readonly string[];
  readonly waiting?: readonly string[];
}

/** An identity provider before a server of its own, with the checks that follow each of its steps. */
export interface IdpLife {
  readonly server: ScimServer;
  /** `path` is below the base URL and goes out as it stands. */
  send(method: string, path: string, body?: unknown, headers?: WireHeaders): Promise<WireAnswer>;
  /** Begins a step: what the log has by now is not looked at any more. */
  begin(): Promise<void>;
  /** Gives the role of an application to a group. */
  grant(application: 'studio' | 'wiki', groupId: string): Promise<void>;
  /** The user as SCIM and as the tables have it: both alike, `expected` a part of it, `absent` attributes missing. */
  expectUser(id: string, expected: object, absent?: readonly string[]): Promise<void>;
  expectGroup(id: string, expected: object, memberIds: readonly string[]): Promise<void>;
  /** Deleted: 404 by id, found by no list, and scheduled in the table. */
  expectGone(endpoint: 'Users' | 'Groups', id: string): Promise<void>;
  expectCounts(users: number, groups: number): Promise<void>;
  /** Entitlements, queue and counts of both applications, through the licensing door and in the table. */
  expectSeats(expected: { studio: SeatExpectation; wiki: SeatExpectation }): Promise<void>;
  /** The entries of this step, oldest first: no more and no fewer; and no secret in any table that shows text. */
  expectLog(...expected: readonly LogExpectation[]): Promise<readonly LogEntry[]>;
  /** What the server makes of the traffic so far; `refuses` are parts of what the profile refuses. */
  expectSuggestion(profile: string | undefined, refuses?: readonly string[]): Promise<void>;
  /** From now on this text may stand nowhere. */
  keepSecret(text: string): void;
  close(): Promise<void>;
}

/** `studio` has one seat and a queue; `wiki` has no limit. */
const APPLICATIONS: readonly NewApplication[] = [
  {
    key: 'studio',
    name: 'Studio',
    description: undefined,
    roles: [{ key: 'editor', takesSeat: true }],
    licence: { seats: 1, policy: 'wait' },
  },
  {
    key: 'wiki',
    name: 'Wiki',
    description: undefined,
    roles: [{ key: 'reader', takesSeat: false }],
    licence: undefined,
  },
];

const MOST_ENTRIES = 1000;

/**
 * Lives an identity provider's life through the tests of a `describe`, each of them a step after the one before.
 * @returns the life, once the tests run
 */
export function useLife(manner: IdpManner): () => IdpLife {
  let life: IdpLife | undefined;
  const current = (): IdpLife => {
    if (life === undefined) throw new Error('The life begins when the tests run.');
    return life;
  };
  beforeAll(async () => {
    life = await startLife(manner);
  });
  beforeEach(() => current().begin());
  afterAll(() => life?.close());
  return current;
}

/** A server, a connection in the manner of an identity provider, and the two applications. */
async function startLife(manner: IdpManner): Promise<IdpLife> {
  const server = await startScimServer(manner.connection === undefined ? {} : { connection: manner.connection });
  const { database, change, siteId, connectionId } = server;
  const secrets = [server.token];
  let seen = new Set<string>();
  for (const application of APPLICATIONS) {
    const actor = server.actor();
    await change.run(actor, { action: 'application.create', objectType: 'Application' }, () =>
      createApplication(actor, application),
    );
    // Its one seat is taken and given up again and again; what is said of that is not the identity provider's doing.
    for (const { id } of (await findApplication(database, siteId, application.key)).licences) {
      await change.run(actor, { action: 'licence.change', objectType: 'Licence' }, () =>
        changeLicence(actor, id, { warnAt: [] }),
      );
    }
  }
  const entries = () => listLog(database, { siteId, connectionId, limit: MOST_ENTRIES });
  const send: IdpLife['send'] = (method, path, body, headers = {}) => {
    const contentType = manner.contentType ?? 'application/scim+json; charset=utf-8';
    const all = {
      Authorization: `Bearer ${server.token}`,
      ...manner.headers,
      ...(body === undefined ? {} : { 'Content-Type': contentType }),
      ...headers,
    };
    return sendOnWire(method, server.origin, `${new URL(server.baseUrl).pathname}${path}`, all, body);
  };

  return {
    server,
    send,
    async begin() {
      // As the upkeep of a running server does now and then.
      await server.clientTraits.flush();
      seen = new Set((await entries()).map((entry) => entry.id));
    },
    async grant(key, groupId) {
      const [role] = (await findApplication(database, siteId, key)).roles;
      const actor = server.actor();
      await change.run(actor, { action: 'grant.add', objectType: 'Grant' }, () =>
        addGrant(actor, String(role?.id), { kind: 'group', id: groupId }),
      );
    },
    async expectUser(id, expected, absent = []) {
      const { status, body } = await send('GET', `/Users/${id}`);
      expect(status).toBe(200);
      expect(body).toMatchObject(expected);
      for (const attribute of absent) expect(body).not.toHaveProperty([attribute]);
      const [row] = await database.read<UserColumns>(sql`
        SELECT u.user_name, u.state, u.document, u.version, u.deleted_at, u.owner_connection_id, i.external_id
        FROM users u LEFT JOIN identities i ON i.object_id = u.id AND i.connection_id = ${connectionId}
        WHERE u.id = ${id}`);
      const { id: _id, externalId, meta, groups: _groups, ...document } = body;
      expect(row).toMatchObject({
        user_name: body.userName,
        state: body.active ? 'active' : 'deactivated',
        deleted_at: null,
        owner_connection_id: connectionId,
        external_id: externalId ?? null,
      });
      expect(withoutManagerNames(document)).toEqual(row?.document);
      expect(meta.version).toContain(String(row?.version));
      expect(meta.location).toBe(`${server.baseUrl}/Users/${id}`);
    },
    async expectGroup(id, expected, memberIds) {
      const { status, body } = await send('GET', `/Groups/${id}`);
      expect(status).toBe(200);
      expect(body).toMatchObject(expected);
      const members: { value: string }[] = body.members ?? [];
      expect(members.map((member) => member.value).sort()).toEqual([...memberIds].sort());
      const rows = await database.read<{ display_name: string; members: string[] }>(sql`
        SELECT g.display_name, ARRAY(
          SELECT m.user_id::text FROM memberships m JOIN users u ON u.site_id = m.site_id AND u.id = m.user_id
          WHERE m.group_id = g.id AND u.deleted_at IS NULL ORDER BY 1
        ) AS members FROM groups g WHERE g.id = ${id} AND g.deleted_at IS NULL`);
      expect(rows).toEqual([{ display_name: body.displayName, members: [...memberIds].sort() }]);
    },
    async expectGone(endpoint, id) {
      const read = await send('GET', `/${endpoint}/${id}`);
      expectAnswer(read, 404);
      const list = await send('GET', `/${endpoint}?filter=${encodeURIComponent(`id eq "${id}"`)}`);
      expect(list.body).toMatchObject({ totalResults: 0, Resources: [] });
      const table = endpoint === 'Users' ? sql`users` : sql`groups`;
      const rows = await database.read<{ gone: boolean }>(sql`
        SELECT deleted_at IS NOT NULL AS gone FROM ${table} WHERE id = ${id}`);
      expect(rows).toEqual([{ gone: true }]);
    },
    async expectCounts(users, groups) {
      expect((await send('GET', '/Users?count=0')).body.totalResults).toBe(users);
      expect((await send('GET', '/Groups?count=0')).body.totalResults).toBe(groups);
      const [row] = await database.read<{ users: number; groups: number }>(sql`
        SELECT (SELECT count(*) FROM users WHERE deleted_at IS NULL) AS users,
          (SELECT count(*) FROM groups WHERE deleted_at IS NULL) AS groups`);
      expect(row).toEqual({ users, groups });
    },
    async expectSeats(expected) {
      const people = await database.read<{ id: string }>(sql`SELECT id FROM users ORDER BY id`);
      for (const key of ['studio', 'wiki'] as const) {
        const held: string[] = [];
        const waiting: string[] = [];
        for (const { id } of people) {
          if ((await readEntitlements(database, siteId, id)).some((one) => one.application === key)) held.push(id);
          if ((await readWaitingPlaces(database, siteId, id)).some((one) => one.application === key)) waiting.push(id);
        }
        const wanted = expected[key];
        expect({ key, held, waiting }).toEqual({
          key,
          held: [...wanted.held].sort(),
          waiting: [...(wanted.waiting ?? [])].sort(),
        });
      }
      const [licence] = (await findApplication(database, siteId, 'studio')).licences;
      expect(licence).toMatchObject({
        seats: 1,
        used: expected.studio.held.length,
        waiting: expected.studio.waiting?.length ?? 0,
      });
      const counted = await database.read<{ used: number }>(sql`SELECT seats_used AS used FROM licences`);
      expect(counted).toEqual([{ used: expected.studio.held.length }]);
    },
    async expectLog(...expected) {
      const fresh = (await entries()).filter((entry) => !seen.has(entry.id)).reverse();
      seen = new Set([...seen, ...fresh.map((entry) => entry.id)]);
      expect(fresh.map(logView)).toEqual(expected.map(wholeExpectation));
      for (const secret of secrets) expect(await tablesShowing(server, secret)).toEqual([]);
      return fresh;
    },
    async expectSuggestion(profile, refuses = []) {
      await server.clientTraits.flush();
      const connection = (await listConnections(database, siteId)).find(({ id }) => id === connectionId);
      const suggestion = suggestProfile(connection?.profile ?? '', connection?.traits ?? []);
      expect(suggestion).toMatchObject({
        suggestedProfile: profile,
        refuses: refuses.map((part) => expect.stringContaining(part)),
      });
      expect(suggestion.because.length > 0).toBe(profile !== undefined);
    },
    keepSecret(text) {
      secrets.push(text);
    },
    close: () => server.close(),
  };
}

interface UserColumns {
  readonly user_name: string;
  readonly state: string;
  readonly document: object;
  readonly version: number;
}

/**
 * What every answer of this server has: the status, the media type, and the body that status calls for.
 * @returns the body
 */
export function expectAnswer(answer: WireAnswer, status: number): WireAnswer['body'] {
  expect({ status: answer.status, text: answer.status === status ? '' : answer.text }).toEqual({ status, text: '' });
  if (status === 204) {
    expect(answer.text).toBe('');
    return undefined;
  }
  expect(answer.headers['content-type']).toMatch(/^application\/scim\+json\b/);
  if (status >= 400) {
    expect(answer.body).toMatchObject({
      schemas: ['urn:ietf:params:scim:api:messages:2.0:Error'],
      status: String(status),
      detail: expect.any(String),
    });
  }
  if (status === 201) expect(answer.headers.location).toBe(answer.body.meta.location);
  return answer.body;
}

/** A ListResponse with exactly these ids; its numbers are JSON numbers. */
export function expectList(answer: WireAnswer, ids: readonly string[]): void {
  const body = expectAnswer(answer, 200);
  expect(body).toMatchObject({
    schemas: ['urn:ietf:params:scim:api:messages:2.0:ListResponse'],
    totalResults: ids.length,
    startIndex: 1,
  });
  expect(body.Resources.map((resource: { id: string }) => resource.id)).toEqual(ids);
}

/** The enterprise manager's name and URI are rendered, not stored. */
function withoutManagerNames(document: Record<string, unknown>): Record<string, unknown> {
  const urn = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
  const extension = document[urn] as { manager?: { value: string } } | undefined;
  if (extension?.manager === undefined) return document;
  return { ...document, [urn]: { ...extension, manager: { value: extension.manager.value } } };
}

async function tablesShowing({ database }: ScimServer, secret: string): Promise<string[]> {
  const rows = await database.read<{ name: string }>(sql`
    SELECT 'log_entries' AS name FROM log_entries t WHERE strpos(t::text, ${secret}) > 0
    UNION SELECT 'log_subjects' FROM log_subjects t WHERE strpos(t::text, ${secret}) > 0
    UNION SELECT 'users' FROM users t WHERE strpos(t::text, ${secret}) > 0
    UNION SELECT 'groups' FROM groups t WHERE strpos(t::text, ${secret}) > 0`);
  return rows.map((row) => row.name);
}
