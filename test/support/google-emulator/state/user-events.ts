import type { JsonValue } from './json.ts';
import type { UserRecord } from './records.ts';

interface NamedEvent {
  readonly name: string;
  readonly parameters: Record<string, string>;
}

const EVENT_OF_ATTRIBUTE: Readonly<Record<string, string>> = {
  organizations: 'CHANGE_USER_ORGANIZATION',
  phones: 'CHANGE_USER_PHONE_NUMBER',
  addresses: 'CHANGE_USER_ADDRESS',
  relations: 'CHANGE_USER_RELATION',
  externalIds: 'CHANGE_USER_EXTERNAL_ID',
  customSchemas: 'CHANGE_USER_CUSTOM_FIELD',
  languages: 'CHANGE_USER_LANGUAGE',
  locations: 'CHANGE_USER_LOCATION',
};

/** The events that the Reports API shows for what is different between two states of a user. */
export function eventsOfChange(before: UserRecord, after: UserRecord): NamedEvent[] {
  const events: NamedEvent[] = [];
  const add = (name: string, parameters: Record<string, string> = {}) => events.push({ name, parameters });
  if (before.givenName !== after.givenName) add('CHANGE_FIRST_NAME', { NEW_VALUE: after.givenName });
  if (before.familyName !== after.familyName) add('CHANGE_LAST_NAME', { NEW_VALUE: after.familyName });
  if (before.displayName !== after.displayName) add('CHANGE_DISPLAY_NAME', { NEW_VALUE: after.displayName ?? '' });
  if (before.orgUnitPath !== after.orgUnitPath) {
    add('MOVE_USER_TO_ORG_UNIT', { ORG_UNIT_NAME: before.orgUnitPath, NEW_VALUE: after.orgUnitPath });
  }
  if (before.isAdmin !== after.isAdmin) add(after.isAdmin ? 'GRANT_ADMIN_PRIVILEGE' : 'REVOKE_ADMIN_PRIVILEGE');
  if (after.isDelegatedAdmin && !before.isDelegatedAdmin) add('GRANT_DELEGATED_ADMIN_PRIVILEGES');
  for (const alias of after.aliases) {
    if (!before.aliases.includes(alias)) add('ADD_NICKNAME', { USER_NICKNAME: alias });
  }
  for (const alias of before.aliases) {
    if (!after.aliases.includes(alias)) add('REMOVE_NICKNAME', { USER_NICKNAME: alias });
  }
  for (const [attribute, name] of Object.entries(EVENT_OF_ATTRIBUTE)) {
    if (differ(before.attributes[attribute], after.attributes[attribute])) add(name);
  }
  return events;
}

function differ(before: JsonValue | undefined, after: JsonValue | undefined): boolean {
  return before !== after && JSON.stringify(before) !== JSON.stringify(after);
}
