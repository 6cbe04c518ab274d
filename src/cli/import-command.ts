import { IMPORT_COLUMNS, type ImportReport, importList } from '../administration/index.js';
import { loadDocuments } from './load-documents.js';
import { count, table } from './output.js';
import { readCsv } from './read-csv.js';
import { type Register, type SiteOptions, siteCommand } from './session.js';

/** `rollcall user import` */
export const importCommand: Register = (group, session) => {
  siteCommand(group, 'import', 'create and change many users from a CSV file, and put them into groups')
    .argument('<file>', `UTF-8, its first line naming columns among ${IMPORT_COLUMNS.join(', ')}`)
    .option('--dry-run', 'change nothing, and say what would be and how many seats it would take')
    .action((file: string, { dryRun = false, ...options }: SiteOptions & { dryRun?: boolean }) =>
      session.answerInSite(options, async (services) => {
        // To its end first: a file that is broken in its middle changes nothing.
        for await (const _ of readCsv(file));
        const documents = await loadDocuments(services.config);
        const report = await importList(services, documents, readCsv(file), { dryRun });
        const negative = report.rows.some(({ problems }) => problems.length > 0);
        return { json: report, text: () => reportText(report), negative };
      }),
    );
};

function reportText({ dryRun, counts, rows, seats }: ImportReport): string {
  const { created, updated, unchanged, refused } = counts;
  const would = dryRun ? 'would be ' : '';
  const sum = `${count(created, 'user')} ${would}created, ${updated} ${would}updated, ${unchanged} unchanged, ${refused} refused.`;
  const problems = rows.flatMap(({ line, userName, outcome, problems: found }) =>
    found.map(({ code, message }) => [line, userName, outcome, code, message]),
  );
  const taken = seats.map((one) => [
    ...[one.application, one.licence, one.seats ?? 'unlimited', one.used, one.asked, one.freed, one.short],
  ]);
  return [
    ...(problems.length === 0 ? [] : [table(['LINE', 'USERNAME', 'OUTCOME', 'PROBLEM', 'WHAT'], problems, ''), '']),
    ...(taken.length === 0
      ? []
      : [table(['APPLICATION', 'LICENCE', 'SEATS', 'USED', 'ASKED', 'FREED', 'SHORT'], taken, ''), '']),
    sum,
  ].join('\n');
}
