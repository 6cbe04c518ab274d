import { comparisonKey, type DirectoryDocuments, type Document, emailsOf } from '../directory/index.js';
import type { EditUser } from '../invitations/index.js';

/** What is said of a person who comes; all of it may be left out. */
export interface PersonName {
  readonly displayName?: string | undefined;
  readonly givenName?: string | undefined;
  readonly familyName?: string | undefined;
}

/** The document of somebody who is known by an address alone. */
export function addressDocument(address: string, { displayName, ...name }: PersonName): Document {
  return {
    userName: address,
    emails: [{ value: address, type: 'work', primary: true }],
    ...nameOf(name),
    ...(displayName === undefined ? {} : { displayName }),
  };
}

/** The document stays as it is. */
export function keptUser(documents: DirectoryDocuments): EditUser {
  return (current) => documents.userEdit(current, {});
}

/** What a person says of themselves when they come; of somebody whom a connection manages it says what holds. */
export function namedUser(documents: DirectoryDocuments, { displayName, ...name }: PersonName): EditUser {
  return (current) =>
    documents.userEdit(
      current,
      current.ownerConnectionId === null
        ? { ...nameOf(name), ...(displayName === undefined ? {} : { displayName }) }
        : {},
    );
}

/** Another address in place of the one that was wrong: among the e-mails, and as the userName where it was that. */
export function readdressedUser(documents: DirectoryDocuments, address: string): EditUser {
  return (current, { address: wrong }) => {
    const isWrong = (value: string) => comparisonKey(value) === comparisonKey(wrong);
    const emails = Array.isArray(current.document.emails) ? (current.document.emails as readonly Document[]) : [];
    const has = emailsOf(current.document).some(({ value }) => isWrong(value));
    const mended = emails.map((email) =>
      typeof email.value === 'string' && isWrong(email.value) ? { ...email, value: address } : email,
    );
    return documents.userEdit(current, {
      emails: has ? mended : [...emails, { value: address, type: 'work' }],
      ...(isWrong(current.userName) ? { userName: address } : {}),
    });
  };
}

function nameOf({ givenName, familyName }: Omit<PersonName, 'displayName'>): Document {
  const name = {
    ...(givenName === undefined ? {} : { givenName }),
    ...(familyName === undefined ? {} : { familyName }),
  };
  return Object.keys(name).length === 0 ? {} : { name };
}
