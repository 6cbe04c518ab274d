const PREFIX = 'https://www.googleapis.com/auth/';

/**
 * What is asked for, by what it is for. One missing scope refuses a whole token, so each of these is a token of its
 * own, and what is optional cannot take the sync with it.
 */
export const SCOPES = {
  directory: [
    'admin.directory.user.readonly',
    'admin.directory.group.readonly',
    'admin.directory.group.member.readonly',
  ],
  orgUnits: ['admin.directory.orgunit.readonly'],
  domains: ['admin.directory.domain.readonly'],
  customer: ['admin.directory.customer.readonly'],
  schemas: ['admin.directory.userschema.readonly'],
  reports: ['admin.reports.audit.readonly'],
} as const satisfies Readonly<Record<string, readonly string[]>>;

export type ScopeSet = keyof typeof SCOPES;

/** The scopes as a token request has them. */
export function scopeText(names: readonly string[]): string {
  return names.map((name) => `${PREFIX}${name}`).join(' ');
}
