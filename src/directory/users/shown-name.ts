import { type Sql, sql } from '../../database/index.js';

/** The form in which filters compare the name that a user is listed by as a member: see comparisonKey. */
export function shownNameKey(user: Sql): Sql {
  return sql`coalesce(${user}.folded->>'displayName', ${user}.folded->'name'->>'formatted', ${user}.user_name_key)`;
}
