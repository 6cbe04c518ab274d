import { UsageError } from './usage-error.js';

/** A role as options name it: `wiki/user`. */
export interface NamedRole {
  readonly application: string;
  readonly role: string;
}

/** Collects an option that may be repeated. */
export function parseRole(text: string, before: readonly NamedRole[] = []): NamedRole[] {
  const [application = '', role = '', ...rest] = text.split('/');
  if (application === '' || role === '' || rest.length > 0) {
    throw new UsageError('--role is APPLICATION/ROLE, such as wiki/user');
  }
  return [...before, { application, role }];
}
