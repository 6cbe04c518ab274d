import {
  type Actor,
  addGrant,
  type Change,
  createApplication,
  createApplicationToken,
  createChange,
  createConnection,
  createGroup,
  createProfiles,
  createSite,
  createUser,
  type Database,
  entities,
  findApplication,
  GROUP,
  groupProfile,
  migrate,
  openDatabase,
  parseResource,
  USER,
  userProfile,
} from './product.ts';
import { PLACEHOLDERS, userBody } from './sample-user.ts';

const CAPPED = 'capped';
const QUARTER = 90 * 86_400_000;

/** What is made through the server's own doors before the mass of rows is derived from it. */
export interface Directory {
  readonly siteId: number;
  readonly connectionId: string;
  readonly connectionKey: string;
  readonly token: string;
  readonly applicationKey: string;
  /** Of the capped application. */
  readonly applicationToken: string;
  /** A user and a group full of placeholders. */
  readonly sampleUserId: string;
  readonly sampleGroupId: string;
  /** Gives the groups the role that takes a seat of the capped application. */
  grant(groupIds: readonly string[]): Promise<void>;
  close(): Promise<void>;
}

/** An empty, migrated database with a site, a connection, a capped application, a sample user and a sample group. */
export async function createDirectory(url: string): Promise<Directory> {
  const database = await openDatabase({ url, poolSize: 4, readPoolSize: 4, entities });
  await migrate(database);
  const site = await createSite(database, 'bench', 'Bench');
  const change = createChange(database);
  const operator: Actor = { siteId: site.id, source: 'cli', connection: undefined, correlationId: 'bench' };
  const { connection, token } = await change.run(operator, action('connection.create', 'Connection'), () =>
    createConnection(operator, {
      name: 'bench',
      type: 'scim',
      profile: 'generic',
      adopt: false,
      sees: 'site',
      passwords: 'ignore',
      scope: 'write',
      expiresAt: new Date(Date.now() + QUARTER),
    }),
  );
  const actor: Actor = { ...operator, source: 'scim', connection };
  const roleId = await createCappedApplication(database, change, operator);
  const application = await change.run(operator, action('application.create-token', 'Application'), () =>
    createApplicationToken(operator, CAPPED, { scopes: ['access:read'], expiresAt: new Date(Date.now() + QUARTER) }),
  );
  const sampleUserId = await createSampleUser(change, actor);
  const sampleGroupId = await createSampleGroup(database, change, actor);
  return {
    siteId: site.id,
    connectionId: connection.id,
    connectionKey: connection.key,
    token,
    applicationKey: CAPPED,
    applicationToken: application.token,
    sampleUserId,
    sampleGroupId,
    async grant(groupIds) {
      for (const id of groupIds) {
        await change.run(operator, action('grant.add', 'Grant'), () =>
          addGrant(operator, roleId, { kind: 'group', id }),
        );
      }
    },
    close: () => database.close(),
  };
}

function action<Type>(name: string, objectType: Type) {
  return { action: name, objectType };
}

/** The limit is real, so its row is locked and counted, and high enough that nobody waits. */
async function createCappedApplication(database: Database, change: Change, operator: Actor): Promise<string> {
  await change.run(operator, action('application.create', 'Application'), () =>
    createApplication(operator, {
      key: CAPPED,
      name: 'Capped',
      description: undefined,
      roles: [{ key: 'user', takesSeat: true }],
      licence: { seats: 100_000_000, policy: 'wait' },
    }),
  );
  const [role] = (await findApplication(database, operator.siteId, CAPPED)).roles;
  if (role === undefined) throw new Error('The capped application has no role');
  return role.id;
}

async function createSampleUser(change: Change, actor: Actor): Promise<string> {
  const { document, externalId } = parseResource(USER, userBody(PLACEHOLDERS), genericProfile().parse);
  const user = { profile: userProfile(USER, document), externalId, passwordHash: undefined };
  return (await change.run(actor, action('user.create', 'User'), () => createUser(actor, user))).id;
}

async function createSampleGroup(database: Database, change: Change, actor: Actor): Promise<string> {
  const body = {
    schemas: ['urn:ietf:params:scim:schemas:core:2.0:Group'],
    displayName: 'zqname',
    externalId: 'external-zqname',
  };
  const { document, externalId } = parseResource(GROUP, body, genericProfile().parse);
  const group = { profile: groupProfile(GROUP, document), externalId, members: [], unknownMembers: 'reject' } as const;
  return (await change.run(actor, action('group.create', 'Group'), () => createGroup(database, actor, group))).id;
}

function genericProfile() {
  const limits = { valuesPerAttribute: 1000, membersPerRequest: 100_000, stringLength: 65_536, keyBytes: 1200 };
  const profile = createProfiles(limits).named('generic');
  if (profile === undefined) throw new Error('There is no profile "generic"');
  return profile;
}
