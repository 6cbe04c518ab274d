import { RollcallError } from '../../errors/index.js';
import type { Workspace } from './google-connection.js';

export interface GivenWorkspace {
  readonly customer?: string | null | undefined;
  readonly domain?: string | null | undefined;
  readonly subject?: string | null | undefined;
}

const CUSTOMER = /^(?:my_customer|C[0-9a-z]{3,30})$/;
const DOMAIN = /^(?=.{1,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}$/;
const ADDRESS = /^[^\s@]{1,64}@[^\s@]{1,253}$/;

/**
 * What a connection reads, and for whom. Google answers customer and domain together with the domain alone, so that the
 * other domains would look deleted: it is one or the other.
 * @param before of the connection; a domain takes the place of a customer, and the other way round
 * @throws RollcallError `google.customer-and-domain`, `google.customer-invalid`, `google.domain-invalid`,
 *   `google.subject-invalid`, `google.customer-needed`
 */
export function parseWorkspace(given: GivenWorkspace, before?: Workspace): Workspace {
  if (isText(given.customer) && isText(given.domain)) {
    throw invalid(
      'customer-and-domain',
      'Give a customer or a domain, not both: with both Google hides other domains.',
    );
  }
  const domain = isText(given.domain)
    ? given.domain.toLowerCase()
    : isText(given.customer)
      ? null
      : (before?.domain ?? null);
  const customer =
    domain !== null ? null : isText(given.customer) ? given.customer : (before?.customer ?? 'my_customer');
  const subject = given.subject === undefined ? (before?.subject ?? null) : given.subject;
  if (customer !== null && !CUSTOMER.test(customer)) {
    throw invalid('customer-invalid', `"${customer}" is no customer ID such as C01abc234 (Admin console > Account).`);
  }
  if (domain !== null && !DOMAIN.test(domain)) throw invalid('domain-invalid', `"${domain}" is no domain name.`);
  if (subject !== null && !ADDRESS.test(subject)) {
    throw invalid('subject-invalid', `"${subject}" is no address of an administrator.`);
  }
  if (subject === null && (customer === null || customer === 'my_customer')) {
    const message =
      'Without a subject the service account acts for itself and belongs to no customer: give the customer ID (C…), or a ' +
      'subject.';
    throw invalid('customer-needed', message);
  }
  return { customer, domain, subject };
}

function isText(value: string | null | undefined): value is string {
  return value !== undefined && value !== null;
}

function invalid(name: string, message: string): RollcallError {
  return new RollcallError('invalid', `google.${name}`, message);
}
