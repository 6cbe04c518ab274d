import { z } from 'zod';
import { importList, importRow } from '../../administration/index.js';
import type { DirectoryDocuments } from '../../directory/index.js';
import { type Route, route } from '../route.js';
import { nothing } from '../shared/schemas.js';

const problem = z.strictObject({ code: z.string(), message: z.string() });

const outcome = z.strictObject({
  line: z.int().describe('1 is the first row.'),
  userName: z.string().nullable().describe('Null where the row could not be read.'),
  userId: z.uuid().nullable().describe('Null where there is no user.'),
  outcome: z
    .enum(['created', 'updated', 'unchanged', 'refused'])
    .describe('`refused`: nothing happened to the user. Of the others, `problems` says what was left out.'),
  problems: z.array(problem),
});

const seats = z.strictObject({
  application: z.string(),
  licence: z.string(),
  licenceId: z.uuid(),
  seats: z.int().nullable().describe('Null: no limit.'),
  used: z.int(),
  asked: z.int().describe('How many people would come to ask for one.'),
  freed: z.int(),
  short: z.int().describe('How many seats would be missing.'),
});

const count = z.int();

export interface ImportRouteDependencies {
  readonly documents: DirectoryDocuments;
  readonly limits: { readonly importRows: number };
}

/** Many people at once. */
export function importRoute({ documents, limits: { importRows: most } }: ImportRouteDependencies): Route {
  return route({
    method: 'POST',
    path: '/user-imports',
    id: 'importUsers',
    tag: 'Users',
    summary: 'Create and change many local users, and put them into groups',
    description:
      'Users are found by their userName. What a row leaves out stays, groups are only joined. Each row stands for ' +
      `itself: the answer is 200 and says what became of each. Up to ${most} rows, the setting LIMIT_IMPORT_ROWS. ` +
      'With `dryRun` nothing is changed; the answer says what would be and how many seats it would take.',
    permission: 'directory:write',
    log: 'user.import',
    params: nothing,
    query: nothing,
    body: z.strictObject({
      dryRun: z.boolean().default(false),
      // Each is looked at by itself: a row that is wrong is no reason to refuse the others.
      rows: z
        .array(z.record(z.string(), z.unknown()))
        .min(1)
        .max(most, { error: `at most ${most} rows, the setting LIMIT_IMPORT_ROWS` })
        .meta({ items: z.toJSONSchema(importRow, { io: 'input', unrepresentable: 'any' }) }),
    }),
    output: z
      .strictObject({
        dryRun: z.boolean(),
        counts: z.strictObject({ created: count, updated: count, unchanged: count, refused: count }),
        rows: z.array(outcome),
        seats: z.array(seats).describe('Of a dry run: licences of which seats would be taken or come free.'),
      })
      .meta({ title: 'UserImport' }),
    status: 200,
    problems: [],
    async run({ body: { dryRun, rows } }, { administration }) {
      const numbered = rows.map((row, index) => ({ line: index + 1, row }));
      const report = await importList(administration, documents, numbered, { dryRun });
      return {
        ...report,
        rows: report.rows.map((one) => ({ ...one, problems: [...one.problems] })),
        seats: [...report.seats],
      };
    },
  });
}
