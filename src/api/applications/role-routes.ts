import { z } from 'zod';
import { removeRoleConfirmed } from '../../administration/index.js';
import { addRole, changeRole, findApplication, type RoleChange } from '../../licensing/index.js';
import { versionTag } from '../preconditions.js';
import { type Route, route } from '../route.js';
import {
  applicationParameter,
  confirmationQuery,
  NO_APPLICATION,
  NO_ROLE,
  nothing,
  OUT_OF_SEATS,
  problem,
} from '../shared/schemas.js';
import { application, newKey } from './application-schemas.js';
import { inApplication } from './in-application.js';
import { applicationGuard, showApplication } from './show-application.js';

const TAG = 'Roles';
const OBJECT = 'Application';
const params = z.strictObject({ key: applicationParameter, role: z.string().describe('The key of a role.') });
const name = z.string().min(1).max(200).optional();
const EMPTIES = problem(409, 'licence.no-role', 'A licence covers this role alone: change or remove that first.');

/** Roles of an application. Each answer shows the whole application. */
export function roleRoutes(): Route[] {
  return [
    route({
      method: 'POST',
      path: '/applications/{key}/roles',
      id: 'addRole',
      tag: TAG,
      summary: 'Add a role',
      description: 'Nobody has it yet.',
      permission: 'licensing:write',
      log: 'role.add',
      params: z.strictObject({ key: applicationParameter }),
      query: nothing,
      body: z.strictObject({
        key: newKey,
        name,
        takesSeat: z.boolean().default(true),
        above: z.string().optional().describe('The role that it stands above; left out: it is the lowest.'),
      }),
      output: application,
      status: 201,
      conditional: true,
      problems: [
        NO_APPLICATION,
        NO_ROLE,
        problem(400, 'application.invalid', 'The key is no word of letters, digits and hyphens.'),
        problem(409, 'application.role-key-taken', 'The application has a role with the key.'),
      ],
      etag: versionTag,
      run({ params: { key }, body: { above, name: called, ...role } }, { administration, ifMatch }) {
        const wanted = called === undefined ? role : { ...role, name: called };
        return inApplication(administration, {
          key,
          ifMatch,
          action: 'role.add',
          objectType: OBJECT,
          command: ({ id }) => addRole(administration.actor, id, wanted, above),
        });
      },
    }),

    route({
      method: 'PATCH',
      path: '/applications/{key}/roles/{role}',
      id: 'updateRole',
      tag: TAG,
      summary: 'Rename a role, move it, or say whether it takes a seat',
      description: 'Seats follow.',
      permission: 'licensing:write',
      log: 'role.change',
      params,
      query: nothing,
      body: z
        .strictObject({
          name,
          takesSeat: z.boolean().optional(),
          above: z.string().nullable().optional().describe('The role that it shall stand above; null: below all.'),
        })
        .refine((body) => Object.values(body).some((value) => value !== undefined), { error: 'says nothing' }),
      output: application,
      status: 200,
      conditional: true,
      problems: [NO_APPLICATION, NO_ROLE, EMPTIES, OUT_OF_SEATS],
      etag: versionTag,
      run({ params: { key, role }, body }, { administration, ifMatch }) {
        const wanted: RoleChange = {
          ...(body.name === undefined ? {} : { name: body.name }),
          ...(body.takesSeat === undefined ? {} : { takesSeat: body.takesSeat }),
          ...(body.above === undefined ? {} : { above: body.above }),
        };
        return inApplication(administration, {
          key,
          ifMatch,
          action: 'role.change',
          objectType: OBJECT,
          command: ({ id }) => changeRole(administration.actor, id, role, wanted),
        });
      },
    }),

    route({
      method: 'DELETE',
      path: '/applications/{key}/roles/{role}',
      id: 'removeRole',
      tag: TAG,
      summary: 'Remove a role with its grants',
      description: 'People fall to the next role that they have. Where somebody has it, the first answer is 409.',
      permission: 'licensing:write',
      log: 'role.remove',
      params,
      query: z.strictObject(confirmationQuery),
      body: null,
      output: application,
      status: 200,
      conditional: true,
      problems: [
        NO_APPLICATION,
        NO_ROLE,
        EMPTIES,
        problem(409, 'application.last-role', 'It is the only role of the application.'),
        problem(409, 'application.role-in-use', 'People would lose the role: confirm it.'),
        OUT_OF_SEATS,
      ],
      etag: versionTag,
      async run({ params: { key, role }, query: { confirmation } }, { administration, ifMatch }) {
        const { id } = await findApplication(administration.database, administration.site.id, key);
        const guard = applicationGuard(administration, key, ifMatch);
        await removeRoleConfirmed(administration, role, { id, confirmation, guard });
        return showApplication(administration, key);
      },
    }),
  ];
}
