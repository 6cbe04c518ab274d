import { z } from 'zod';
import { licenceChange } from '../../administration/index.js';
import { RollcallError } from '../../errors/index.js';
import { type Application, addLicence, changeLicence, type Licence, removeLicence } from '../../licensing/index.js';
import { versionTag } from '../preconditions.js';
import { type Route, route } from '../route.js';
import {
  applicationParameter,
  moment,
  NO_APPLICATION,
  NO_ROLE,
  nothing,
  OUT_OF_SEATS,
  problem,
} from '../shared/schemas.js';
import { application, policy, seats } from './application-schemas.js';
import { inApplication } from './in-application.js';

const TAG = 'Licences';
const params = z.strictObject({ key: applicationParameter, licence: z.string().describe('The id of a licence.') });
const NO_LICENCE = problem(404, 'licence.not-found', 'The application has no such licence.');

const WRONG_TERMS = [
  NO_APPLICATION,
  NO_ROLE,
  problem(400, 'licence.no-name', 'The name is empty.'),
  problem(400, 'licence.role-takes-no-seat', 'A role that it shall cover takes no seat.'),
  problem(400, 'licence.invalid-seats', 'Seats are a whole number, 0 or more.'),
  problem(400, 'licence.invalid-period', 'It does not end after it begins.'),
  problem(400, 'licence.invalid-warning', 'A percentage to warn at is out of bounds.'),
  problem(409, 'licence.overlaps', 'Another licence covers one of the roles at the same time.'),
  problem(409, 'licence.name-taken', 'Another licence of the application has the name.'),
];

const terms = {
  name: z.string().min(1).max(200),
  seats,
  policy,
  roles: z.array(z.string()).min(1).max(100).describe('Keys of the roles that it covers.'),
  validFrom: moment.nullable().describe('When it begins; null: it always has.'),
  validUntil: moment.nullable().describe('When it ends; null: never.'),
  warnAt: z.array(z.int()).max(10).describe('Percentages of its seats at which the log warns.'),
};

/** Pools of seats. Each answer shows the whole application. */
export function licenceRoutes(): Route[] {
  return [
    route({
      method: 'POST',
      path: '/applications/{key}/licences',
      id: 'addLicence',
      tag: TAG,
      summary: 'Add a pool of seats',
      description: 'Those who hold a role that it covers take a seat of it, also beyond its limit.',
      permission: 'licensing:write',
      log: 'licence.add',
      params: z.strictObject({ key: applicationParameter }),
      query: nothing,
      body: z.strictObject({
        ...terms,
        policy: policy.default('wait'),
        validFrom: terms.validFrom.optional(),
        validUntil: terms.validUntil.optional(),
        warnAt: terms.warnAt.optional().describe('Left out: 80 and 100.'),
      }),
      output: application,
      status: 201,
      conditional: true,
      problems: WRONG_TERMS,
      etag: versionTag,
      run({ params: { key }, body }, { administration, ifMatch }) {
        const { validFrom, validUntil, warnAt, ...rest } = body;
        const wanted = {
          ...rest,
          seats: rest.seats ?? undefined,
          period: { from: dateOf(validFrom) ?? undefined, until: dateOf(validUntil) ?? undefined },
          ...(warnAt === undefined ? {} : { warnAt }),
        };
        return inApplication(administration, {
          key,
          ifMatch,
          action: 'licence.add',
          objectType: 'Licence',
          command: ({ id }) => addLicence(administration.actor, id, wanted),
        });
      },
    }),

    route({
      method: 'PATCH',
      path: '/applications/{key}/licences/{licence}',
      id: 'updateLicence',
      tag: TAG,
      summary: 'Change a licence',
      description: 'Fewer seats or an earlier end take a seat from nobody; more of them move the queue on.',
      permission: 'licensing:write',
      log: 'licence.change',
      params,
      query: nothing,
      body: z
        .strictObject(terms)
        .partial()
        .refine((body) => Object.values(body).some((value) => value !== undefined), { error: 'says nothing' }),
      output: application,
      status: 200,
      conditional: true,
      problems: [NO_LICENCE, ...WRONG_TERMS, OUT_OF_SEATS],
      etag: versionTag,
      run({ params: { key, licence }, body }, { administration, ifMatch }) {
        const { validFrom, validUntil, ...rest } = body;
        const wanted = { ...rest, from: dateOf(validFrom), until: dateOf(validUntil) };
        return inApplication(administration, {
          key,
          ifMatch,
          action: 'licence.change',
          objectType: 'Licence',
          command(found) {
            const current = requireLicence(found, licence);
            return changeLicence(administration.actor, current.id, licenceChange(wanted, current));
          },
        });
      },
    }),

    route({
      method: 'DELETE',
      path: '/applications/{key}/licences/{licence}',
      id: 'removeLicence',
      tag: TAG,
      summary: 'Remove a licence',
      description: 'Whoever holds a seat of it keeps the role.',
      permission: 'licensing:write',
      log: 'licence.remove',
      params,
      query: nothing,
      body: null,
      output: application,
      status: 200,
      conditional: true,
      problems: [NO_APPLICATION, NO_LICENCE],
      etag: versionTag,
      run: ({ params: { key, licence } }, { administration, ifMatch }) =>
        inApplication(administration, {
          key,
          ifMatch,
          action: 'licence.remove',
          objectType: 'Licence',
          command: (found) => removeLicence(administration.actor, requireLicence(found, licence).id),
        }),
    }),
  ];
}

function requireLicence({ key, licences }: Application, id: string): Licence {
  const licence = licences.find((candidate) => candidate.id === id);
  if (licence !== undefined) return licence;
  throw new RollcallError('not-found', 'licence.not-found', `The application "${key}" has no licence with this id.`);
}

/** Null and undefined stay what they are. */
function dateOf(text: string | null | undefined): Date | null | undefined {
  return typeof text === 'string' ? new Date(text) : text;
}
