import { z } from 'zod';
import { moment } from '../shared/schemas.js';

export const role = z
  .strictObject({
    id: z.uuid(),
    key: z.string(),
    name: z.string(),
    takesSeat: z.boolean(),
  })
  .meta({ title: 'Role' });

export const policy = z
  .enum(['wait', 'refuse', 'allow'])
  .describe('When all seats are taken: people wait, changes are refused, or seats are counted beyond.');

export const seats = z.int().min(0).max(1_000_000_000).nullable().describe('Null: no limit.');

export const licence = z
  .strictObject({
    id: z.uuid(),
    name: z.string(),
    seats: z.int().nullable().describe('Null: no limit.'),
    policy,
    validFrom: moment.nullable(),
    validUntil: moment.nullable(),
    state: z
      .enum(['planned', 'valid', 'over', 'ended'])
      .describe('`over`: more seats are taken than there are, or it has ended while people hold them.'),
    used: z.int(),
    waiting: z.int(),
    warnAt: z.array(z.int()).describe('Percentages of its seats at which the log warns.'),
    warnedAt: z.int().nullable().describe('The highest of them that was passed.'),
    roles: z.array(z.string()).describe('Keys of the roles that it covers.'),
  })
  .meta({ title: 'Licence' });

export const defaultGroup = z.strictObject({ role: z.string(), groupId: z.uuid(), groupName: z.string() });

export const application = z
  .strictObject({
    id: z.uuid(),
    key: z.string(),
    name: z.string(),
    description: z.string().nullable(),
    state: z.enum(['active', 'disabled']),
    owner: z.strictObject({ id: z.uuid(), userName: z.string() }).nullable().describe('Who answers for it.'),
    roles: z.array(role).describe('The highest first.'),
    licences: z.array(licence),
    defaultGroups: z.array(defaultGroup),
    version: z.string().describe('Of what administrators say of it; how many seats are taken is not part of it.'),
  })
  .meta({ title: 'Application' });

/** In a request: letters, digits and hyphens. */
export const newKey = z.string().min(1).max(100).describe('Lower-case letters, digits and hyphens.');
