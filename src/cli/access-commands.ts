import { readFile } from 'node:fs/promises';
import { text as textOf } from 'node:stream/consumers';
import { explainAccess, outlineAccessRemoval, simulateChanges } from '../administration/index.js';
import type { Explanation } from '../licensing/index.js';
import { outlookText } from './outlook-text.js';
import { fields, table } from './output.js';
import { parseSimulatedChanges } from './parse-simulated-changes.js';
import { type Register, type Session, type SiteOptions, siteCommand } from './session.js';
import { UsageError } from './usage-error.js';

interface ExplainOptions extends SiteOptions {
  readonly application: string;
}

/** `rollcall access explain | removal | simulate` */
export const accessCommands: Register = (group, session) => {
  siteCommand(group, 'explain', 'say why a user has access to an application, or has not')
    .argument('<id|userName>')
    .requiredOption('--application <key>', 'the application')
    .action((idOrUserName: string, options: ExplainOptions) =>
      session.answerInSite(options, async (services) => {
        const explanation = await explainAccess(services, idOrUserName, options.application);
        return { json: explanation, text: () => explanationText(explanation) };
      }),
    );

  siteCommand(group, 'removal', 'say what to take away for a user to lose an application, and what else would go')
    .argument('<id|userName>')
    .requiredOption('--application <key>', 'the application')
    .action((idOrUserName: string, options: ExplainOptions) => removal(session, idOrUserName, options));

  siteCommand(
    group,
    'simulate',
    'say who would gain, lose or wait by changes, and what it costs in seats; changes nothing',
  )
    .argument('<file>', 'a JSON list of changes, - for standard input; see docs/operating.md')
    .action((file: string, options: SiteOptions) =>
      session.answerInSite(options, async (services) => {
        const outlook = await simulateChanges(services, parseSimulatedChanges(await contentOf(file)));
        return { json: outlook, text: () => outlookText(outlook) };
      }),
    );
};

async function contentOf(file: string): Promise<string> {
  if (file === '-') return textOf(process.stdin);
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw new UsageError(`${file} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function removal(session: Session, idOrUserName: string, options: ExplainOptions): Promise<void> {
  return session.answerInSite(options, async (services) => {
    const found = await outlineAccessRemoval(services, idOrUserName, options.application);
    const { user, groups, grants, outlook } = found;
    const rows = groups.map(({ name, id, memberBy }) => [name, id, memberBy ?? 'an administrator']);
    const text = () =>
      [
        `To lose ${options.application}, ${user.userName} has to leave`,
        table(['GROUP', 'ID', 'PUT THERE BY'], rows, 'no group'),
        grants.length === 0 ? 'and has no grant of their own.' : `and to lose the grant of ${grants.join(', ')}.`,
        `What would come of it\n${outlookText(outlook)}`,
      ].join('\n\n');
    return { json: found, text };
  });
}

function explanationText({ user, application, reason, paths }: Explanation): string {
  const rows = paths.map(({ role, effect, takesSeat, through, grantedBy }) => [
    role,
    effect,
    takesSeat ? 'seat' : 'no seat',
    through.length === 0 ? 'granted to the user' : through.map(({ name }) => name).join(' < '),
    grantedBy ?? 'an administrator',
  ]);
  return [
    reason,
    fields({
      User: `${user.userName} (${user.state}, ${user.type})`,
      Application: `${application.name} (${application.state})`,
    }),
    table(['ROLE', 'EFFECT', 'SEAT', 'THROUGH', 'GRANTED BY'], rows, 'No path leads to it.'),
  ].join('\n\n');
}
