import { z } from 'zod';
import type { RollcallError } from '../../errors/index.js';
import { googleError } from './errors.js';
import type { GoogleGroup, GoogleMember, GoogleUser, JsonObject, Page } from './types.js';

const texts = z.array(z.string()).catch([]);
const count = z.string().regex(/^\d+$/).transform(Number).optional().catch(undefined);

const userSchema = z.looseObject({
  id: z.string().min(1),
  primaryEmail: z.string().min(1),
  suspended: z.boolean().optional(),
  archived: z.boolean().optional(),
  aliases: texts,
  nonEditableAliases: texts,
  orgUnitPath: z.string().catch('/'),
  customerId: z.string().optional(),
  creationTime: z.string().optional(),
  deletionTime: z.string().optional(),
});

const groupSchema = z.looseObject({
  id: z.string().min(1),
  email: z.string().min(1),
  name: z.string().catch(''),
  description: z.string().catch(''),
  aliases: texts,
  directMembersCount: count,
});

const memberSchema = z.object({
  id: z.string().min(1),
  email: z.string().optional(),
  role: z.string().catch('MEMBER'),
  type: z.string().catch('USER'),
  status: z.string().optional(),
});

/**
 * A user of an answer. One without the flags that say whether the person may come in is not taken for an active one.
 * @throws RollcallError `google.incomplete-answer`, `google.unreadable-answer`
 */
export function parseUser(method: string, resource: unknown): GoogleUser {
  const user = parse(method, userSchema, resource);
  const { id, primaryEmail, suspended, archived, aliases, nonEditableAliases, orgUnitPath } = user;
  const { customerId, creationTime, deletionTime } = user;
  // Who is deleted comes in nowhere.
  const given = deletionTime === undefined ? undefined : false;
  return {
    id,
    primaryEmail,
    suspended: requireFlag(method, id, 'suspended', suspended ?? given),
    archived: requireFlag(method, id, 'archived', archived ?? given),
    aliases,
    nonEditableAliases,
    orgUnitPath,
    customerId,
    creationTime,
    deletionTime,
    resource: resource as JsonObject,
  };
}

/** @throws RollcallError `google.unreadable-answer` */
export function parseGroup(method: string, resource: unknown): GoogleGroup {
  const group = parse(method, groupSchema, resource);
  const { id, email, name, description, aliases, directMembersCount } = group;
  return { id, email, name, description, aliases, directMembersCount, resource: resource as JsonObject };
}

/** @throws RollcallError `google.unreadable-answer` */
export function parseMember(method: string, resource: unknown): GoogleMember {
  const { id, email, role, type, status } = parse(method, memberSchema, resource);
  return { id, email, role, type, status };
}

const pageSchema = z.looseObject({ nextPageToken: z.string().min(1).optional() });

/**
 * @param key what the collection is called in the answer; Google leaves it out where it is empty
 * @throws RollcallError `google.unreadable-answer`
 */
export function parsePage<Item>(
  method: string,
  key: string,
  body: unknown,
  parseItem: (item: unknown) => Item,
): Page<Item> {
  const page = parse(method, pageSchema, body);
  const items = page[key];
  if (items !== undefined && !Array.isArray(items)) throw unreadable(method, `${key} is no list`);
  return {
    items: (items ?? []).map(parseItem),
    present: items !== undefined,
    nextPageToken: page.nextPageToken,
  };
}

/** @throws RollcallError `google.unreadable-answer` */
export function parse<Parsed>(method: string, schema: z.ZodType<Parsed>, value: unknown): Parsed {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const path = parsed.error.issues[0]?.path.join('.') ?? '';
  throw unreadable(method, path === '' ? 'it is no JSON object' : `its ${path} is missing or not what it must be`);
}

function requireFlag(method: string, id: string, name: 'suspended' | 'archived', value: boolean | undefined): boolean {
  if (value !== undefined) return value;
  const message =
    `The answer of ${method} does not say whether the user ${id} is ${name}; nobody is taken for active whom Google does ` +
    'not call so. It is read again in the next run.';
  throw googleError('transient', 'incomplete-answer', message, { method, googleId: id });
}

function unreadable(method: string, complaint: string): RollcallError {
  const message = `The answer of ${method} cannot be read: ${complaint}. It was cut off, or a proxy stands between.`;
  return googleError('transient', 'unreadable-answer', message, { method });
}
