import { join, raw, type Sql, sql } from '../database/index.js';
import type { ConnectionSettings } from './connection.js';

/** What a connection has that was made without a word about it. */
export const DEFAULT_SETTINGS: ConnectionSettings = {
  profile: 'generic',
  adopt: false,
  sees: 'site',
  passwords: 'ignore',
  unknownMembers: 'reject',
  putOmitted: 'clear',
  uniqueGroupNames: false,
  reactivate: false,
  discovery: 'public',
  roles: 'none',
  showEntitlements: false,
  assign: false,
  roleValues: 'any',
  removalLimitPercent: 20,
  removalLimitCount: 500,
  removalMinimumBase: 100,
  removalWindowHours: 24,
};

const COLUMNS: { readonly [Name in keyof ConnectionSettings]: Sql } = {
  profile: sql`profile`,
  adopt: sql`adopt`,
  sees: sql`sees`,
  passwords: sql`passwords`,
  unknownMembers: sql`unknown_members`,
  putOmitted: sql`put_omitted`,
  uniqueGroupNames: sql`unique_group_names`,
  reactivate: sql`reactivate`,
  discovery: sql`discovery`,
  roles: sql`roles`,
  showEntitlements: sql`show_entitlements`,
  assign: sql`assign`,
  roleValues: sql`role_values`,
  removalLimitPercent: sql`removal_limit_percent`,
  removalLimitCount: sql`removal_limit_count`,
  removalMinimumBase: sql`removal_minimum_base`,
  removalWindowHours: sql`removal_window_hours`,
};

export type SettingName = keyof ConnectionSettings;

// Object.keys forgets what it was given.
export const SETTING_NAMES = Object.keys(COLUMNS) as readonly SettingName[];

/** The settings of `connections c` under their names. */
export const settingColumns = join(SETTING_NAMES.map((name) => sql`c.${COLUMNS[name]} AS "${raw(name)}"`));

/** Column names, and the values for them in the same order. */
export function settingValues(settings: ConnectionSettings): { readonly columns: Sql; readonly values: Sql } {
  return {
    columns: join(SETTING_NAMES.map((name) => COLUMNS[name])),
    values: join(SETTING_NAMES.map((name) => sql`${settings[name]}`)),
  };
}

/** `column = value` for each of the settings, for UPDATE. */
export function settingAssignments(settings: Partial<ConnectionSettings>): Sql {
  const names = SETTING_NAMES.filter((name) => settings[name] !== undefined);
  return join(names.map((name) => sql`${COLUMNS[name]} = ${settings[name]}`));
}
