import { createHash } from 'node:crypto';
import { RollcallError } from '../../errors/index.js';
import type { JsonObject, JsonValue } from '../json.js';
import { MANAGER } from './default-mapping.js';
import { convertList } from './lists.js';
import { fieldsOfSource, parseSource, type ReadSource } from './source-expression.js';

/** What a connection's mapping makes of objects of Google. */
export interface Mapping {
  /** The top-level fields of Google's users that have to be asked for. */
  readonly fields: readonly string[];
  /** The top-level members of a user's document that the sync owns: what of them has no value is cleared. */
  readonly owned: readonly string[];
  /** The resource as SCIM has it, without active and schemas; and the address of the manager, if there is one. */
  resourceOf(user: unknown): MappedUser;
  /** Changes whenever the mapping does. */
  readonly hash: string;
}

export interface MappedUser {
  readonly resource: JsonObject;
  readonly managerAddress: string | undefined;
}

interface Target {
  readonly attribute: string;
  /** Names from the document down: an extension's URN, an attribute, a sub-attribute. */
  readonly path: readonly string[];
  readonly read: ReadSource;
}

/**
 * @param rules attribute path → source, such as `name.givenName` → `name.givenName`: see parseSource; an attribute
 *   whose source is empty is not mapped
 * @throws RollcallError `google.mapping` (invalid)
 */
export function createMapping(rules: Readonly<Record<string, string>>): Mapping {
  const entries = Object.entries(rules).filter(([, source]) => source.trim() !== '');
  const targets = entries.map(([attribute, source]): Target => {
    if (attribute.toLowerCase() === 'username' || attribute === 'active' || attribute === 'schemas') {
      const message = `${attribute} cannot be mapped: it follows from the account itself.`;
      throw new RollcallError('invalid', 'google.mapping', message);
    }
    return { attribute, path: pathOf(attribute), read: parseSource(source) };
  });
  const values = targets.filter(({ attribute }) => attribute !== MANAGER);
  const manager = targets.find(({ attribute }) => attribute === MANAGER);
  return {
    fields: [...new Set(entries.flatMap(([, source]) => fieldsOfSource(source)))],
    owned: [...new Set(['userName', ...targets.map(({ path }) => path[0] ?? '')])],
    resourceOf(user) {
      const resource: Draft = {};
      for (const { attribute, path, read } of values) {
        const value = read(user);
        if (value !== undefined) place(resource, path, convertList(attribute, value));
      }
      const address = manager?.read(user);
      return { resource, managerAddress: typeof address === 'string' && address.includes('@') ? address : undefined };
    },
    hash: createHash('sha256').update(JSON.stringify(entries)).digest('hex'),
  };
}

type Draft = Record<string, JsonValue>;

/** `urn:…:User:department` lies in the object of its extension; dots lead to sub-attributes. */
function pathOf(attribute: string): string[] {
  const colon = attribute.lastIndexOf(':');
  const names = attribute.slice(colon + 1).split('.');
  if (names.length > 2 || names.some((name) => !/^[A-Za-z][\w$-]*$/.test(name))) {
    const message = `"${attribute.slice(0, 200)}" is no attribute that could be mapped.`;
    throw new RollcallError('invalid', 'google.mapping', message);
  }
  return colon < 0 ? names : [attribute.slice(0, colon), ...names];
}

function place(into: Draft, [name = '', ...rest]: readonly string[], value: JsonValue): void {
  if (rest.length === 0) {
    if (!Array.isArray(value) || value.length > 0) into[name] = value;
    return;
  }
  const inner: Draft = { ...(into[name] as JsonObject | undefined) };
  place(inner, rest, value);
  into[name] = inner;
}
