import { z } from 'zod';
import { removeApplicationConfirmed, requireUser } from '../../administration/index.js';
import {
  type ApplicationChange,
  changeApplication,
  createApplication,
  findApplication,
  listApplications,
} from '../../licensing/index.js';
import { type PageLimits, pageOfAll, pageQuery, pageSchema } from '../paging.js';
import { versionTag } from '../preconditions.js';
import { type Route, route } from '../route.js';
import {
  applicationParameter,
  confirmationQuery,
  NO_APPLICATION,
  NO_USER,
  nothing,
  OUT_OF_SEATS,
  problem,
} from '../shared/schemas.js';
import { application, newKey, policy, seats } from './application-schemas.js';
import { inApplication } from './in-application.js';
import { applicationGuard, showApplication, withVersion } from './show-application.js';

const TAG = 'Applications';
const params = z.strictObject({ key: applicationParameter });
const name = z.string().min(1).max(200);

/** Applications as a whole. */
export function applicationRoutes({ limits }: { readonly limits: PageLimits }): Route[] {
  return [
    route({
      method: 'GET',
      path: '/applications',
      id: 'listApplications',
      tag: TAG,
      summary: 'The applications with roles, licences and default groups',
      description: 'In the order of their keys.',
      permission: 'licensing:read',
      log: null,
      params: nothing,
      query: z.strictObject(pageQuery(limits)),
      body: null,
      output: pageSchema(application),
      status: 200,
      problems: [],
      async run({ query }, { administration }) {
        const { database, site } = administration;
        const all = (await listApplications(database, site.id)).map(withVersion);
        return pageOfAll(administration, { list: ['applications'], query }, all, ({ key }) => key);
      },
    }),

    route({
      method: 'POST',
      path: '/applications',
      id: 'createApplication',
      tag: TAG,
      summary: 'Create an application with its roles and, with seats, its first licence',
      description: 'The licence covers every role that takes a seat.',
      permission: 'licensing:write',
      log: 'application.create',
      params: nothing,
      query: nothing,
      body: z.strictObject({
        key: newKey,
        name,
        description: z.string().max(10_000).optional(),
        roles: z
          .array(z.strictObject({ key: newKey, name: name.optional(), takesSeat: z.boolean().default(true) }))
          .min(1)
          .max(100)
          .describe('The highest first.'),
        licence: z
          .strictObject({ seats, policy: policy.default('wait') })
          .optional()
          .describe('Left out: seats are not counted.'),
      }),
      output: application,
      status: 201,
      problems: [
        problem(400, 'application.invalid', 'A key is no word of letters, digits and hyphens, or is there twice.'),
        problem(409, 'application.key-taken', 'Another application has the key.'),
      ],
      etag: versionTag,
      async run({ body: { key, description, roles, licence, ...rest } }, { administration }) {
        const { change, actor } = administration;
        const wanted = {
          key,
          name: rest.name,
          description,
          roles: roles.map(({ name: called, ...role }) => (called === undefined ? role : { ...role, name: called })),
          licence: licence === undefined ? undefined : { seats: licence.seats ?? undefined, policy: licence.policy },
        };
        const request = { action: 'application.create', objectType: 'Application' } as const;
        await change.run(actor, request, () => createApplication(actor, wanted));
        return showApplication(administration, key);
      },
    }),

    route({
      method: 'GET',
      path: '/applications/{key}',
      id: 'getApplication',
      tag: TAG,
      summary: 'An application with roles, licences and default groups',
      description: 'And with how many seats are taken, and how many people wait.',
      permission: 'licensing:read',
      log: null,
      params,
      query: nothing,
      body: null,
      output: application,
      status: 200,
      problems: [NO_APPLICATION],
      etag: versionTag,
      run: ({ params: { key } }, { administration }) => showApplication(administration, key),
    }),

    route({
      method: 'PATCH',
      path: '/applications/{key}',
      id: 'updateApplication',
      tag: TAG,
      summary: 'Change what is said of an application, or switch it off and on',
      description: 'While it is disabled nobody has access and no seat is taken; all grants and places stay.',
      permission: 'licensing:write',
      log: 'application.change',
      params,
      query: nothing,
      body: z
        .strictObject({
          name: name.optional(),
          description: z.string().max(10_000).nullable().optional().describe('Null takes it away.'),
          owner: z.string().nullable().optional().describe('The id or userName of who answers for it; null: nobody.'),
          state: z.enum(['active', 'disabled']).optional(),
        })
        .refine((body) => Object.values(body).some((value) => value !== undefined), { error: 'says nothing' }),
      output: application,
      status: 200,
      conditional: true,
      problems: [
        NO_APPLICATION,
        NO_USER,
        problem(404, 'application.no-owner', 'There is no such user who could be its owner.'),
        OUT_OF_SEATS,
      ],
      etag: versionTag,
      async run({ params: { key }, body }, { administration, ifMatch }) {
        const { description, owner, state } = body;
        const ownerUserId = typeof owner === 'string' ? (await requireUser(administration, owner)).id : undefined;
        const wanted: ApplicationChange = {
          ...(body.name === undefined ? {} : { name: body.name }),
          ...(description === undefined ? {} : { description: description ?? undefined }),
          ...(owner === undefined ? {} : { ownerUserId }),
          ...(state === undefined ? {} : { state }),
        };
        return inApplication(administration, {
          key,
          ifMatch,
          action: 'application.change',
          objectType: 'Application',
          command: ({ id }) => changeApplication(administration.actor, id, wanted),
        });
      },
    }),

    route({
      method: 'DELETE',
      path: '/applications/{key}',
      id: 'removeApplication',
      tag: TAG,
      summary: 'Remove an application with its roles, licences and grants',
      description: 'Nothing brings it back. Where people have access, the first answer is 409 and says who loses what.',
      permission: 'licensing:write',
      log: 'application.remove',
      params,
      query: z.strictObject(confirmationQuery),
      body: null,
      output: null,
      status: 204,
      conditional: true,
      problems: [NO_APPLICATION, problem(409, 'application.in-use', 'People would lose their access: confirm it.')],
      async run({ params: { key }, query: { confirmation } }, { administration, ifMatch }) {
        const { id } = await findApplication(administration.database, administration.site.id, key);
        const guard = applicationGuard(administration, key, ifMatch);
        await removeApplicationConfirmed(administration, { id, confirmation, guard });
        return undefined;
      },
    }),
  ];
}
