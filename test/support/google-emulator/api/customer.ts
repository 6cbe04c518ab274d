import { apiError, badRequest, forbidden } from '../http/answer.ts';
import type { ApiRequest, World } from './route.ts';

/**
 * Holds a `customer` to the one there is: its id, or `my_customer` from somebody who belongs to it.
 * @throws GoogleError 400 or 403
 */
export function requireCustomer(customer: string, { caller }: ApiRequest, { directory, settings }: World): void {
  if (customer === directory.customerId) return;
  if (customer !== 'my_customer') throw customer.includes('.') || customer === '' ? badRequest() : forbidden();
  // A service account that impersonates nobody belongs to no customer.
  if (caller.subject === undefined) throw settings.myCustomerWithoutSubject === 403 ? forbidden() : badRequest();
}

/** @throws GoogleError 404 for a domain that is not the customer's */
export function requireDomain(domain: string, { directory }: World): void {
  if (directory.domains.some(({ name }) => name === domain)) return;
  throw apiError(404, 'notFound', 'Domain not found.');
}
