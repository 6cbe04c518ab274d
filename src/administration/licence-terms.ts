import type { Licence, LicenceChange, LicencePolicy } from '../licensing/index.js';

/** What is to be different about a licence; what is left out stays. Null: unlimited, or no beginning or end. */
export interface LicenceTerms {
  readonly name?: string | undefined;
  readonly seats?: number | null | undefined;
  readonly policy?: LicencePolicy | undefined;
  /** Keys. */
  readonly roles?: readonly string[] | undefined;
  readonly from?: Date | null | undefined;
  readonly until?: Date | null | undefined;
  readonly warnAt?: readonly number[] | undefined;
}

/** The change that makes the terms of a licence what is wanted. */
export function licenceChange(
  { name, seats, policy, roles, from, until, warnAt }: LicenceTerms,
  { validFrom, validUntil }: Pick<Licence, 'validFrom' | 'validUntil'>,
): LicenceChange {
  const moves = from !== undefined || until !== undefined;
  return {
    ...(name === undefined ? {} : { name }),
    ...(seats === undefined ? {} : { seats: seats ?? undefined }),
    ...(policy === undefined ? {} : { policy }),
    ...(roles === undefined ? {} : { roles }),
    ...(warnAt === undefined ? {} : { warnAt }),
    ...(moves ? { period: { from: bound(from, validFrom), until: bound(until, validUntil) } } : {}),
  };
}

function bound(wanted: Date | null | undefined, before: string | null): Date | undefined {
  if (wanted !== undefined) return wanted ?? undefined;
  return before === null ? undefined : new Date(before);
}
