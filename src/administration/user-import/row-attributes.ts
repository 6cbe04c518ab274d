import {
  comparisonKey,
  type DirectoryDocuments,
  type Document,
  emailsOf,
  type ImportedAttributes,
} from '../../directory/index.js';
import type { ImportRow } from './import-row.js';

const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';

/** The attributes of somebody who is new. @throws RollcallError `user.invalid` */
export function newAttributes(documents: DirectoryDocuments, row: ImportRow, userName: string): ImportedAttributes {
  const { document, folded, secrets, uniqueValues } = documents.newUser({ userName, ...patchOf(row, {}) }).profile;
  return { document, folded, secrets, uniqueValues, cleared: [] };
}

/** The attributes of somebody who is there, those alone that the row names. @throws RollcallError `user.invalid` */
export function changedAttributes(
  documents: DirectoryDocuments,
  row: ImportRow,
  current: Document,
): ImportedAttributes {
  const patch = patchOf(row, current);
  const { profile } = documents.userEdit({ document: current }, patch);
  const { secrets, uniqueValues = [] } = profile;
  const names = Object.keys(patch);
  const pick = (document: Document) =>
    Object.fromEntries([...names, 'schemas'].flatMap((name) => (name in document ? [[name, document[name]]] : [])));
  return {
    document: pick(profile.document),
    folded: pick(profile.folded),
    cleared: [],
    secrets,
    uniqueValues: uniqueValues.filter(({ attribute }) => names.some((name) => attribute.startsWith(`${name}:`))),
  };
}

/** What a row says, as a merge patch of a document. */
function patchOf(row: ImportRow, current: Document): Document {
  const { displayName, givenName, familyName, email, title, department } = row;
  const name = { ...some('givenName', givenName), ...some('familyName', familyName) };
  return {
    ...some('displayName', displayName),
    ...(Object.keys(name).length === 0 ? {} : { name }),
    ...some('title', title),
    ...(email === undefined ? {} : { emails: withAddress(current, email) }),
    ...(department === undefined ? {} : { [ENTERPRISE]: { department } }),
  };
}

function some(name: string, value: string | undefined): Document {
  return value === undefined ? {} : { [name]: value };
}

/** The address in place of the primary one, or of the only one; others stay. */
function withAddress(current: Document, address: string): readonly Document[] {
  const emails = Array.isArray(current.emails) ? (current.emails as readonly Document[]) : [];
  const key = comparisonKey(address);
  if (emailsOf(current).some(({ value }) => comparisonKey(value) === key)) return emails;
  const replaced = emails.find(({ primary }) => primary === true) ?? (emails.length === 1 ? emails[0] : undefined);
  if (replaced === undefined) return [...emails, { value: address, type: 'work', primary: true }];
  return emails.map((email) => (email === replaced ? { ...email, value: address } : email));
}
