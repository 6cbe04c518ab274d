import { z } from 'zod';
import { moment } from '../shared/schemas.js';

const DAY = 86_400_000;

export const tokenState = z
  .enum(['valid', 'expires-soon', 'expired', 'revoked'])
  .describe('`expires-soon`: within TOKEN_WARNING_DAYS.');

/** When something new expires. */
export const expiresInDays = z
  .int()
  .min(1)
  .max(3650)
  .optional()
  .describe('In how many days it expires; left out: in TOKEN_LIFETIME_DAYS.');

export function lifetime(days: number | undefined): number | undefined {
  return days === undefined ? undefined : days * DAY;
}

/** What every token shows of itself. */
export const shownToken = {
  id: z.uuid(),
  createdAt: moment,
  expiresAt: moment,
  revokedAt: moment.nullable(),
  state: tokenState,
};
