import type { Config } from '../config/index.js';

const DAY = 86_400_000;

/** `expires-soon`: the setting TOKEN_WARNING_DAYS says from when. */
export type TokenState = 'valid' | 'expires-soon' | 'expired' | 'revoked';

/** When a token issued now expires. @param milliseconds its life; undefined: TOKEN_LIFETIME_DAYS */
export function expiryOf(config: Config, milliseconds: number | undefined): Date {
  return new Date(Date.now() + (milliseconds ?? config.tokens.lifetimeDays * DAY));
}

/** Whether a token can be used, and whether it should be replaced. */
export function tokenState(
  config: Config,
  { revokedAt, expiresAt }: { readonly revokedAt: Date | null; readonly expiresAt: Date },
): TokenState {
  if (revokedAt !== null) return 'revoked';
  const left = expiresAt.getTime() - Date.now();
  if (left <= 0) return 'expired';
  return left <= config.tokens.warningDays * DAY ? 'expires-soon' : 'valid';
}
