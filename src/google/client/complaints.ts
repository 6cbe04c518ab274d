import type { RollcallError } from '../../errors/index.js';
import type { Asked, AskedFor } from './asked.js';
import { type GoogleErrorClass, googleError } from './errors.js';

/** What is wrong where Google understands a request and does not answer it; the code's part behind `google.`. */
export type Complaint =
  | 'customer-unknown'
  | 'domain-unknown'
  | 'request-invalid'
  | 'page-refused'
  | 'token-rejected'
  | 'api-disabled'
  | 'scope-missing'
  | 'domain-apis-off'
  | 'not-authorized'
  | 'object-invalid'
  | 'object-forbidden'
  | 'object-gone'
  | 'unexpected-answer';

interface Text {
  readonly class: GoogleErrorClass;
  /** What to do about it; what Google said comes behind it. */
  message(asked: Asked, askedFor: AskedFor): string;
}

const TEXTS: Readonly<Record<Complaint, Text>> = {
  'customer-unknown': {
    class: 'configuration',
    message: (_, { customer }) =>
      `Google knows no customer "${customer ?? ''}": take the Customer ID (C…) of Admin console > Account > Account settings.`,
  },
  'domain-unknown': {
    class: 'configuration',
    message: (_, { domain }) => `The Workspace has no domain "${domain ?? ''}": see Admin console > Account > Domains.`,
  },
  'request-invalid': {
    class: 'configuration',
    message: ({ method }) =>
      `Google does not take the request ${method}: look at the attributes that the mapping names.`,
  },
  'page-refused': {
    class: 'transient',
    message: ({ method }) =>
      `Google does not know its own page of ${method} any more: it has to be read from the first.`,
  },
  'token-rejected': {
    class: 'configuration',
    message: (_, { serviceAccount }) =>
      `Google does not take the tokens that it gives ${serviceAccount}: look whether the account was disabled.`,
  },
  'api-disabled': {
    class: 'configuration',
    message: (_, { serviceAccount }) =>
      `The Admin SDK API is off in the Google Cloud project of ${serviceAccount}: switch it on in APIs & Services > Library.`,
  },
  'scope-missing': {
    class: 'configuration',
    message: ({ scopes }) =>
      'A scope is missing: in Admin console > Security > Access and data control > API controls > Domain-wide delegation ' +
      `allow ${scopes.join(', ')}.`,
  },
  'domain-apis-off': {
    class: 'configuration',
    message: () =>
      'The Workspace does not let APIs in: Admin console > Security > Access and data control > API controls.',
  },
  'not-authorized': {
    class: 'configuration',
    message: ({ method }, { subject, serviceAccount, customer = 'my_customer' }) => {
      const who =
        subject === undefined
          ? `${serviceAccount} may not read ${method}: assign it an admin role that reads users, groups and organizational units`
          : `${subject} may not read ${method}: it must be an active administrator who reads users, groups and organizational units`;
      const whose =
        customer === 'my_customer' ? '' : `, or ${customer} is not its customer ID (Account > Account settings)`;
      return `${who} (Admin console > Account > Admin roles)${whose}.`;
    },
  },
  'object-invalid': {
    class: 'object',
    message: ({ method, object }) => `Google does not take ${method} of "${object ?? ''}", asked twice.`,
  },
  'object-forbidden': {
    class: 'object',
    message: ({ method, object }) =>
      `Google does not show ${method} of "${object ?? ''}": it belongs to another company, or is hidden from this account.`,
  },
  'object-gone': {
    class: 'object',
    message: ({ method, object }) => `There is no "${object ?? ''}" any more (${method}).`,
  },
  'unexpected-answer': {
    class: 'configuration',
    message: ({ method }) =>
      `What answers ${method} is not Google, or not the way to it: look at GOOGLE_API_ROOT_URL and at proxies.`,
  },
};

/** @param said what Google said, quoted */
export function complain(complaint: Complaint, asked: Asked, askedFor: AskedFor, said: string): RollcallError {
  const text = TEXTS[complaint];
  const details = { method: asked.method, ...(complaint === 'scope-missing' ? { scopes: asked.scopes } : {}) };
  return googleError(text.class, complaint, `${text.message(asked, askedFor)} Google said ${said}.`, details);
}
