import { type Command, Option } from 'commander';
import {
  approveRun,
  cancelRun,
  isOver,
  listRunItems,
  listRuns,
  type Run,
  type RunItem,
  type RunKey,
  type RunServices,
  readGoogleConnection,
  readRun,
  rejectRun,
  startRun,
} from '../google/index.js';
import { followRun } from './follow-run.js';
import { itemTable, runFields, runTable } from './google-run-text.js';
import { loadDocuments } from './load-documents.js';
import type { Answer } from './output.js';
import { parseCount, parseWhole } from './parse-number.js';
import { type Register, type Session, type SiteOptions, type SiteServices, siteCommand } from './session.js';

interface StartOptions extends SiteOptions {
  readonly dryRun?: boolean;
  readonly wait?: boolean;
}

interface ShowOptions extends SiteOptions {
  readonly state?: RunItem['state'];
  readonly kind?: RunItem['kind'];
  readonly action?: string;
  readonly after?: number;
  readonly limit: number;
}

/** `rollcall google plan | sync | runs | run show | approve | reject | cancel` */
export const googleRunCommands: Register = (group, session) => {
  withWait(siteCommand(group, 'plan', 'read a Google Workspace and work out what would change, and change nothing'))
    .argument('<name>')
    .action((name: string, options: StartOptions) => start(session, name, 'plan', options));

  withWait(siteCommand(group, 'sync', 'read a Google Workspace and change the directory to match'))
    .argument('<name>')
    .option('--dry-run', 'change nothing, like `google plan`')
    .action((name: string, options: StartOptions) =>
      start(session, name, options.dryRun === true ? 'plan' : 'sync', options),
    );

  siteCommand(group, 'runs', 'list the runs of a connection, the newest first')
    .argument('<name>')
    .option('--limit <number>', 'how many at most', parseCount(1000), 20)
    .action((name: string, options: SiteOptions & { limit: number }) =>
      session.answerInSite(options, async ({ database, site }) => {
        const { id } = await readGoogleConnection(database, site.id, name);
        const runs = await listRuns(database, site.id, id, options.limit);
        return { json: runs, text: () => runTable(runs) };
      }),
    );

  const run = group.command('run').description('one run');
  siteCommand(run, 'show', 'show a run: what it found, what it means for licences, what it changes')
    .argument('<id>')
    .addOption(
      new Option('--state <state>', 'only changes of which this became').choices([
        ...['planned', 'held', 'applied', 'outdated', 'failed', 'no-licence', 'skipped', 'dropped'],
      ]),
    )
    .addOption(new Option('--kind <kind>', 'only changes of these').choices(['user', 'group', 'members']))
    .option('--action <action>', 'only such changes: create, update, deactivate, delete, add, remove …')
    .option('--limit <number>', 'how many changes at most', parseCount(10_000), 50)
    .option(
      '--after <number>',
      'continue behind this change: `next` of the answer before',
      parseWhole(1, Number.MAX_SAFE_INTEGER),
    )
    .action((id: string, options: ShowOptions) => show(session, id, options));

  withWait(siteCommand(group, 'approve', 'apply what waits in a run, and exactly that'))
    .argument('<run>', 'its id')
    .requiredOption('--hash <hash>', 'the plan as it was looked at: `run show` tells it')
    .action((id: string, options: StartOptions & { hash: string }) =>
      session.answerInSite(options, async (services) => {
        const key = await decide(services, 'google.approve', () => approveRun(services.actor, id, options.hash));
        return options.wait === true ? follow(session, services, key) : decided(services, key);
      }),
    );

  siteCommand(group, 'reject', 'drop what waits in a run')
    .argument('<run>', 'its id')
    .action((id: string, options: SiteOptions) =>
      session.answerInSite(options, async (services) =>
        decided(services, await decide(services, 'google.reject', () => rejectRun(services.actor, id))),
      ),
    );

  siteCommand(group, 'cancel', 'stop a run; what it has applied by then stays')
    .argument('<run>', 'its id')
    .action((id: string, options: SiteOptions) =>
      session.answerInSite(options, async (services) =>
        decided(services, await decide(services, 'google.cancel', () => cancelRun(services.actor, id))),
      ),
    );
};

function withWait(command: Command): Command {
  return command.option('--wait', 'until it is over; where no server runs it is done here');
}

function start(session: Session, name: string, kind: 'sync' | 'plan', options: StartOptions): Promise<void> {
  return session.answerInSite(options, async (services) => {
    const key = await decide(services, `google.${kind}`, () => startRun(services.actor, name, kind));
    if (options.wait === true) return follow(session, services, key);
    const run = await readRun(services.database, key.siteId, key.id);
    const text = () =>
      `The run ${key.id} begins as soon as a server runs.\nLook at it: rollcall google run show ${key.id}`;
    return { json: run, text };
  });
}

function decide(
  { change, actor }: SiteServices,
  action: string,
  command: () => ReturnType<typeof rejectRun>,
): Promise<RunKey> {
  return change.run(actor, { action, objectType: 'Connection' }, command);
}

async function decided({ database }: SiteServices, { siteId, id }: RunKey): Promise<Answer> {
  const run = await readRun(database, siteId, id);
  return { json: run, text: () => `The run ${id} is ${run.state}.` };
}

async function follow(session: Session, services: SiteServices, key: RunKey): Promise<Answer> {
  const run = await followRun(await runServicesOf(services), key, session.output);
  return { json: run, text: () => runFields(run), ...exitOf(run) };
}

/** What the exit code says of a run: 1, it did not come to its end; 3, somebody has to approve what it takes away. */
function exitOf({ state, summary }: Run): Pick<Answer, 'negative' | 'undecided'> {
  if (state === 'awaiting-approval' || (state === 'completed' && summary.waitsIn !== undefined)) {
    return { undecided: true };
  }
  return { negative: state !== 'completed' };
}

async function runServicesOf(services: SiteServices): Promise<RunServices> {
  return { ...services, documents: await loadDocuments(services.config) };
}

function show(session: Session, id: string, options: ShowOptions): Promise<void> {
  const { state, kind, action, after, limit } = options;
  return session.answerInSite(options, async ({ database, site }) => {
    const run = await readRun(database, site.id, id);
    const found = await listRunItems(database, run, { state, kind, action, after, limit: limit + 1 });
    const items = found.slice(0, limit);
    const next = found.length > limit ? (items.at(-1)?.sequence ?? null) : null;
    const more = next === null ? '' : `\nThere are more: --after ${next}`;
    return {
      json: { ...run, items, next },
      text: () => `${runFields(run)}\n\n${itemTable(items, isOver(run.state))}${more}`,
    };
  });
}
