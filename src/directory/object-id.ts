import { v7 } from 'uuid';

const OBJECT_ID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** A new id: UUIDv7, so that rows made after one another lie beside one another, and a page walk is in creation order. */
export function newObjectId(): string {
  return v7();
}

/**
 * Whether a client's text can be an id at all: ids compare case-exact (RFC 7643 section 3.1), and PostgreSQL refuses
 * to compare a uuid with anything else.
 */
export function isObjectId(text: string): boolean {
  return OBJECT_ID.test(text);
}
