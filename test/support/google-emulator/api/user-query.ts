import { invalid } from '../http/answer.ts';
import type { Directory } from '../state/directory.ts';
import { isObject, type JsonValue } from '../state/json.ts';
import { isWithin } from '../state/org-units.ts';
import type { UserRecord } from '../state/records.ts';
import { type Clause, flagOf, parseQuery, textTest } from './query.ts';

type Test = (user: UserRecord) => boolean;

/** Fields of a work place or contact that are looked for in an attribute's elements. */
const INNER: Readonly<Record<string, readonly [attribute: string, name: string]>> = {
  orgname: ['organizations', 'name'],
  orgtitle: ['organizations', 'title'],
  orgdepartment: ['organizations', 'department'],
  orgdescription: ['organizations', 'description'],
  orgcostcenter: ['organizations', 'costCenter'],
  phone: ['phones', 'value'],
  im: ['ims', 'im'],
  externalid: ['externalIds', 'value'],
  manager: ['relations', 'value'],
  directmanager: ['relations', 'value'],
  address: ['addresses', 'formatted'],
};

/** What a `query` of users.list accepts. @throws GoogleError 400 for syntax, unknown fields and unknown units */
export function userQuery(text: string, directory: Directory): Test {
  const tests = parseQuery(text).map((clause) => testOf(clause, directory));
  return (user) => tests.every((test) => test(user));
}

function testOf(clause: Clause, directory: Directory): Test {
  if (clause.field === undefined) {
    const test = textTest({ ...clause, prefix: true }, ['prefix']);
    return (user) => [user.givenName, user.familyName, user.primaryEmail].some(test);
  }
  switch (clause.field.toLowerCase()) {
    case 'name': {
      const test = textTest(clause, ['exact', 'word']);
      return ({ givenName, familyName }) => test(`${givenName} ${familyName}`);
    }
    case 'givenname': {
      const test = textTest(clause, ['exact', 'prefix', 'word']);
      return ({ givenName }) => test(givenName);
    }
    case 'familyname': {
      const test = textTest(clause, ['exact', 'prefix', 'word']);
      return ({ familyName }) => test(familyName);
    }
    case 'email': {
      const test = textTest(clause, ['exact', 'prefix', 'word']);
      return ({ primaryEmail, aliases }) => test(primaryEmail) || aliases.some(test);
    }
    case 'isadmin':
      return flag(clause, ({ isAdmin }) => isAdmin);
    case 'isdelegatedadmin':
      return flag(clause, ({ isDelegatedAdmin }) => isDelegatedAdmin);
    case 'issuspended':
      return flag(clause, ({ suspended }) => suspended);
    case 'isarchived':
      return flag(clause, ({ archived }) => archived);
    case 'orgunitpath':
      return subtree(clause, directory);
    default:
      return inner(clause, clause.field, directory);
  }
}

function flag(clause: Clause, read: Test): Test {
  const wanted = flagOf(clause);
  return (user) => read(user) === wanted;
}

/** A unit stands for everything below it as well. */
function subtree({ operator, value }: Clause, directory: Directory): Test {
  if (operator !== '=') throw invalid();
  if (!directory.orgUnits.has(value)) throw invalid('INVALID_OU_ID');
  return ({ orgUnitPath }) => isWithin(orgUnitPath, value);
}

function inner(clause: Clause, field: string, directory: Directory): Test {
  const place = INNER[field.toLowerCase()];
  if (place !== undefined) {
    const test = textTest(clause, ['exact', 'prefix', 'word']);
    const [attribute, name] = place;
    return ({ attributes }) => valuesOf(attributes[attribute], name).some(test);
  }
  const [schema = '', name = ''] = field.split('.', 2);
  if (!directory.schemas.some(({ schemaName }) => schemaName === schema) || name === '') throw invalid();
  const test = comparison(clause);
  return ({ attributes: { customSchemas } }) => {
    const fields = isObject(customSchemas) ? customSchemas[schema] : undefined;
    return valuesOf(fields === undefined ? undefined : [fields], name).some(test);
  };
}

/** Numbers of custom fields can be compared. */
function comparison(clause: Clause): (text: string) => boolean {
  const wanted = Number(clause.value);
  switch (clause.operator) {
    case '<':
      return (text) => Number(text) < wanted;
    case '<=':
      return (text) => Number(text) <= wanted;
    case '>':
      return (text) => Number(text) > wanted;
    case '>=':
      return (text) => Number(text) >= wanted;
    default:
      return textTest(clause, ['exact', 'prefix', 'word']);
  }
}

function valuesOf(list: JsonValue | undefined, name: string): string[] {
  if (!Array.isArray(list)) return [];
  return list.flatMap((item) => {
    const value: JsonValue | undefined = isObject(item) ? item[name] : undefined;
    if (Array.isArray(value)) return valuesOf(value, 'value');
    return value === undefined ? [] : [String(value)];
  });
}
