import { z } from 'zod';
import type { DeclaredProblem } from '../route.js';

/** A time in UTC; what comes in may be in any zone. */
export const moment = z.iso.datetime({ offset: true });

export const nothing = z.strictObject({});

export const userParameter = z.string().describe('The id or the userName of a user, percent-encoded.');
export const groupParameter = z.string().describe('The id or the name of a group, percent-encoded.');

/** How it is confirmed that people lose access. */
export const confirmationQuery = {
  confirmation: z
    .string()
    .optional()
    .describe('The `confirmation` of the 409 that showed what people lose; it is good for exactly that.'),
};

export const problem = (status: number, code: string, description: string): DeclaredProblem => ({
  status,
  code,
  description,
});

export const NO_USER = problem(404, 'user.not-found', 'There is no such user.');
export const NO_GROUP = problem(404, 'group.not-found', 'There is no such group.');
export const AMBIGUOUS_GROUP = problem(409, 'group.name-not-unique', 'Several groups have the name: use an id.');
export const OUT_OF_SEATS = problem(
  409,
  'licence.out-of-seats',
  'A licence with the policy `refuse` has no seat left.',
);

export const applicationParameter = z.string().describe('The key of an application.');

export const NO_APPLICATION = problem(404, 'application.not-found', 'There is no such application.');
export const NO_ROLE = problem(404, 'application.role-not-found', 'The application has no such role.');
