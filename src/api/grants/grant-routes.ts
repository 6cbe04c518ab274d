import { z } from 'zod';
import {
  type Administration,
  connectionNames,
  either,
  requireGroup,
  requireHolder,
  requireRole,
  requireUser,
} from '../../administration/index.js';
import { isObjectId } from '../../directory/index.js';
import { RollcallError } from '../../errors/index.js';
import { addGrant, type Grant, listGrants, removeGrant } from '../../licensing/index.js';
import { type PageLimits, pageOf, pageQuery, pageSchema } from '../paging.js';
import { type Route, route } from '../route.js';
import {
  AMBIGUOUS_GROUP,
  NO_APPLICATION,
  NO_GROUP,
  NO_ROLE,
  NO_USER,
  nothing,
  OUT_OF_SEATS,
  problem,
} from '../shared/schemas.js';

const TAG = 'Grants';

const grant = z
  .strictObject({
    id: z.uuid(),
    application: z.string(),
    role: z.string(),
    holder: z.strictObject({ kind: z.enum(['group', 'user']), id: z.uuid() }),
    holderName: z.string(),
    connection: z.string().nullable().describe('Who gave it; null: an administrator.'),
  })
  .meta({ title: 'Grant' });

const NO_GRANT = problem(404, 'grant.not-found', 'There is no such grant.');

/** Roles that groups and users have. */
export function grantRoutes({ limits }: { readonly limits: PageLimits }): Route[] {
  return [
    route({
      method: 'GET',
      path: '/grants',
      id: 'listGrants',
      tag: TAG,
      summary: 'The roles that groups and users were given',
      description: 'By application and role, the highest first.',
      permission: 'licensing:read',
      log: null,
      params: nothing,
      query: z.strictObject({
        application: z.string().optional().describe('A key.'),
        user: z.string().optional().describe('Only those to this user, by id or userName.'),
        group: z.string().optional().describe('Only those to this group, by id or name.'),
        ...pageQuery(limits),
      }),
      body: null,
      output: pageSchema(grant),
      status: 200,
      problems: [NO_USER, NO_GROUP, AMBIGUOUS_GROUP],
      async run({ query }, { administration }) {
        const { database, site } = administration;
        const { application, user, group } = query;
        const userId = user === undefined ? undefined : (await requireUser(administration, user)).id;
        const groupId = group === undefined ? undefined : (await requireGroup(administration, group)).id;
        const page = await pageOf(
          administration,
          {
            list: ['grants'],
            query,
            position: z.strictObject({ application: z.string(), rank: z.int(), id: z.uuid() }),
          },
          (after, limit) => listGrants(database, site.id, { application, userId, groupId, after, limit }),
          ({ application: key, rank, id }) => ({ application: key, rank, id }),
        );
        const shown = await createShow(administration);
        return { ...page, items: page.items.map(shown) };
      },
    }),

    route({
      method: 'POST',
      path: '/grants',
      id: 'addGrant',
      tag: TAG,
      summary: 'Give a role to a group, with everybody in and below it, or to a user',
      description: 'Seats are taken as licences have room.',
      permission: 'licensing:write',
      log: 'grant.add',
      params: nothing,
      query: nothing,
      body: z
        .strictObject({
          application: z.string().describe('A key.'),
          role: z.string().describe('A key.'),
          user: z.string().optional().describe('Id or userName.'),
          group: z.string().optional().describe('Id or name.'),
        })
        .refine(({ user, group }) => either(user, group), { error: 'names a user or a group, and not both' }),
      output: grant,
      status: 201,
      problems: [
        NO_APPLICATION,
        NO_ROLE,
        NO_USER,
        NO_GROUP,
        AMBIGUOUS_GROUP,
        problem(400, 'grant.customer-seat', 'The user is a customer, and the role takes a seat.'),
        problem(404, 'grant.no-role', 'The role was removed just now.'),
        problem(404, 'grant.no-holder', 'The user or group was deleted just now.'),
        problem(409, 'grant.exists', 'The holder has the role already.'),
        OUT_OF_SEATS,
      ],
      async run({ body }, { administration }) {
        const { change, actor } = administration;
        const role = await requireRole(administration, body.application, body.role);
        const { holder } = await requireHolder(administration, body);
        const { id } = await change.run(actor, { action: 'grant.add', objectType: 'Grant' }, () =>
          addGrant(actor, role.id, holder),
        );
        return (await createShow(administration))(await requireGrant(administration, id));
      },
    }),

    route({
      method: 'DELETE',
      path: '/grants/{grant}',
      id: 'removeGrant',
      tag: TAG,
      summary: 'Take a role back',
      description: 'Whoever gave it. Who has the role through another group keeps it.',
      permission: 'licensing:write',
      log: 'grant.remove',
      params: z.strictObject({ grant: z.string().describe('The id of a grant.') }),
      query: nothing,
      body: null,
      output: null,
      status: 204,
      problems: [
        NO_GRANT,
        problem(404, 'grant.no-role', 'The role was removed just now.'),
        problem(404, 'grant.no-holder', 'The user or group was deleted just now.'),
      ],
      async run({ params: { grant: id } }, { administration }) {
        const { change, actor } = administration;
        const { application, role, holder } = await requireGrant(administration, id);
        const { id: roleId } = await requireRole(administration, application, role);
        await change.run(actor, { action: 'grant.remove', objectType: 'Grant', objectId: id }, () =>
          removeGrant(actor, roleId, holder),
        );
        return undefined;
      },
    }),
  ];
}

async function createShow(administration: Administration) {
  const nameOf = await connectionNames(administration);
  return ({ rank: _, connectionId, ...rest }: Grant) => ({ ...rest, connection: nameOf(connectionId) });
}

/** @throws RollcallError `grant.not-found` */
async function requireGrant({ database, site }: Administration, id: string): Promise<Grant> {
  const [found] = isObjectId(id) ? await listGrants(database, site.id, { id }) : [];
  if (found !== undefined) return found;
  throw new RollcallError('not-found', 'grant.not-found', 'There is no such grant.');
}
