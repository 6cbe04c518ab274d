import { sql } from '../../database/index.js';
import { membershipsOf } from '../../directory/index.js';
import { forecastSeats, type SeatForecast } from '../../licensing/index.js';
import type { Administration } from '../administration.js';
import type { RowOutcome } from './import-row.js';
import type { PlannedRow } from './plan-rows.js';

/** What a list would do, gathered row by row, with nothing done. */
export interface LookAhead {
  outcomes(rows: readonly PlannedRow[]): Promise<RowOutcome[]>;
  /** Of all rows together. New customers are left out, who hold only roles without a seat; so are changes of types. */
  seats(): Promise<SeatForecast[]>;
}

export function createLookAhead({ config, database, site }: Administration): LookAhead {
  const people: { id: string; active: boolean }[] = [];
  const joins: { groupId: string; userId: string }[] = [];
  const takesNone = (type: string | undefined) =>
    type === 'customer' || (type === 'service' && !config.licensing.serviceUsersTakeSeats);

  return {
    async outcomes(rows) {
      const ids = rows.flatMap(({ existing }) => existing?.id ?? []);
      const memberships = await membershipsOf(database, site.id, ids);
      return rows.map(({ line, userName, id, existing, imported, row, differs, type, groupIds, problems }) => {
        const joined = groupIds.filter((groupId) => memberships.get(id)?.has(groupId) !== true);
        if (existing !== undefined || !takesNone(row.type)) {
          const active = imported.active ?? (existing === undefined ? true : undefined);
          if (active !== undefined) people.push({ id, active });
          for (const groupId of joined) joins.push({ groupId, userId: id });
        }
        const changes = differs || type !== undefined || joined.length > 0;
        const outcome = existing === undefined ? 'created' : changes ? 'updated' : 'unchanged';
        return { line, userName, userId: existing?.id ?? null, outcome, problems };
      });
    },
    seats() {
      const nobody = sql`SELECT NULL::uuid AS group_id, NULL::uuid AS user_id WHERE false`;
      const noGroup = sql`SELECT NULL::uuid AS group_id, NULL::uuid AS child_group_id WHERE false`;
      return database.transaction((transaction) =>
        forecastSeats(transaction, site.id, config.licensing, {
          people: sql`
            SELECT * FROM unnest(${people.map(({ id }) => id)}::uuid[], ${people.map(({ active }) => active)}::boolean[])
              AS person (user_id, active)`,
          joins: sql`
            SELECT * FROM unnest(${joins.map(({ groupId }) => groupId)}::uuid[],
              ${joins.map(({ userId }) => userId)}::uuid[]) AS joined (group_id, user_id)`,
          leaves: nobody,
          nests: noGroup,
          unnests: noGroup,
          lostGroups: sql`SELECT NULL::uuid AS group_id WHERE false`,
        }),
      );
    },
  };
}
