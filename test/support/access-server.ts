import { expect } from '@jest/globals';
import { sql } from '../../src/database/index.js';
import {
  addGrant,
  changeLicence,
  createApplication,
  findApplication,
  type GrantHolder,
  type NewApplication,
  readEntitlements,
  removeGrant,
} from '../../src/licensing/index.js';
import {
  type Answer,
  type ConnectionSettings,
  type ScimClient,
  type ScimServer,
  type ScimServerOptions,
  startScimServer,
} from './scim-server.js';

const USER = 'urn:ietf:params:scim:schemas:core:2.0:User';
const GROUP = 'urn:ietf:params:scim:schemas:core:2.0:Group';
const PATCH = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';

/** An element of `roles` or `entitlements`. */
export interface Element {
  readonly value?: string;
  readonly display?: string;
  readonly type?: string;
  readonly primary?: boolean;
}

/** A server with applications, and short ways to look at people's access from all sides. */
export interface AccessServer {
  readonly server: ScimServer;
  application(application: Partial<NewApplication> & { readonly key: string }): Promise<{ licenceId: string }>;
  client(settings?: ConnectionSettings): Promise<AccessClient>;
  /** `role` is a published value, `wiki:user`. */
  grant(role: string, holder: GrantHolder): Promise<void>;
  ungrant(role: string, holder: GrantHolder): Promise<void>;
  setSeats(licenceId: string, seats: number | undefined): Promise<void>;
  /** The roles that a user has, as published values. */
  held(userId: string): Promise<string[]>;
  /** The roles of the direct grants of a user; those of one giver where it is named, null for administrators. */
  granted(userId: string, by?: string | null): Promise<string[]>;
  /** What is stored of `roles` and `entitlements`. */
  stored(userId: string): Promise<{ roles?: Element[]; entitlements?: Element[] }>;
  close(): Promise<void>;
}

export interface AccessClient extends ScimClient {
  user(userName: string, attributes?: object): Promise<string>;
  group(displayName: string, members?: readonly string[]): Promise<string>;
  join(groupId: string, userId: string): Promise<void>;
  leave(groupId: string, userId: string): Promise<void>;
  get(userId: string): Promise<Answer>;
  put(userId: string, body: object, headers?: Record<string, string>): Promise<Answer>;
  patch(userId: string, operations: readonly object[], headers?: Record<string, string>): Promise<Answer>;
  /** Ids of the users that match. */
  find(filter: string): Promise<string[]>;
}

export async function startAccessServer(options: ScimServerOptions = {}): Promise<AccessServer> {
  const server = await startScimServer(options);
  const { database, change, siteId } = server;

  async function roleId(value: string): Promise<string> {
    const [application = '', role = ''] = value.split(':');
    const found = (await findApplication(database, siteId, application)).roles.find(({ key }) => key === role);
    return found?.id ?? '';
  }

  return {
    server,
    async application({ key, ...rest }) {
      const actor = server.actor();
      const wanted: NewApplication = {
        key,
        name: key,
        description: undefined,
        roles: [{ key: 'user', takesSeat: true }],
        licence: undefined,
        ...rest,
      };
      await change.run(actor, { action: 'application.create', objectType: 'Application' }, () =>
        createApplication(actor, wanted),
      );
      return { licenceId: (await findApplication(database, siteId, key)).licences[0]?.id ?? '' };
    },
    client: async (settings = {}) => accessClient(await server.connect(settings)),
    async grant(role, holder) {
      const actor = server.actor();
      const id = await roleId(role);
      await change.run(actor, { action: 'grant.add', objectType: 'Grant' }, () => addGrant(actor, id, holder));
    },
    async ungrant(role, holder) {
      const actor = server.actor();
      const id = await roleId(role);
      await change.run(actor, { action: 'grant.remove', objectType: 'Grant' }, () => removeGrant(actor, id, holder));
    },
    async setSeats(licenceId, seats) {
      const actor = server.actor();
      await change.run(actor, { action: 'licence.change', objectType: 'Licence' }, () =>
        changeLicence(actor, licenceId, { seats }),
      );
    },
    held: async (userId) =>
      (await readEntitlements(database, siteId, userId)).map(({ application, role }) => `${application}:${role}`),
    async granted(userId, by) {
      const giver =
        by === undefined ? sql`TRUE` : by === null ? sql`connection_id IS NULL` : sql`connection_id = ${by}::uuid`;
      const rows = await database.write<{ value: string }>(sql`
        SELECT a.key || ':' || r.key AS value FROM grants g
        JOIN application_roles r ON r.site_id = g.site_id AND r.id = g.role_id
        JOIN applications a ON a.site_id = g.site_id AND a.id = r.application_id
        WHERE g.user_id = ${userId} AND ${giver} ORDER BY value`);
      return rows.map(({ value }) => value);
    },
    async stored(userId) {
      const [row] = await database.write<{ document: { roles?: Element[]; entitlements?: Element[] } }>(sql`
        SELECT document FROM users WHERE id = ${userId}`);
      const { roles, entitlements } = row?.document ?? {};
      return { ...(roles && { roles }), ...(entitlements && { entitlements }) };
    },
    close: () => server.close(),
  };
}

function accessClient(client: ScimClient): AccessClient {
  const created = async (path: string, body: object): Promise<string> => {
    const answer = await client.request('POST', path, body);
    expect([answer.status, answer.text]).toEqual([201, answer.text]);
    return answer.body.id;
  };
  const members = async (groupId: string, operation: object): Promise<void> => {
    const body = { schemas: [PATCH], Operations: [operation] };
    expect((await client.request('PATCH', `/Groups/${groupId}`, body)).status).toBeLessThan(300);
  };
  return {
    ...client,
    user: (userName, attributes = {}) => created('/Users', { schemas: [USER], userName, ...attributes }),
    group: (displayName, ids = []) =>
      created('/Groups', { schemas: [GROUP], displayName, members: ids.map((value) => ({ value })) }),
    join: (groupId, value) => members(groupId, { op: 'add', path: 'members', value: [{ value }] }),
    leave: (groupId, value) => members(groupId, { op: 'remove', path: `members[value eq "${value}"]` }),
    get: (userId) => client.request('GET', `/Users/${userId}`),
    put: (userId, body, headers) => client.request('PUT', `/Users/${userId}`, body, headers),
    patch: (userId, operations, headers) =>
      client.request('PATCH', `/Users/${userId}`, { schemas: [PATCH], Operations: operations }, headers),
    async find(filter) {
      const { status, body } = await client.request('GET', `/Users?filter=${encodeURIComponent(filter)}`);
      expect(status).toBe(200);
      return body.Resources.map(({ id }: { id: string }) => id).sort();
    },
  };
}
