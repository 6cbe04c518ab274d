import { hash } from 'node:crypto';

/** An entity tag in Google's form: the customer's part and one of the object and its version. */
export function etagOf(customerId: string, id: string, version: number): string {
  return `"${customerId}/${id}.${version}"`;
}

/** The tag of a list, which changes as soon as one of its items does. */
export function listEtag(customerId: string, tags: readonly unknown[], more: boolean): string {
  return `"${customerId}/${hash('sha1', tags.join() + String(more), 'base64url')}"`;
}
