import {
  applyReclaim,
  createReclaim,
  discardReclaim,
  findApplication,
  listReclaims,
  type ReclaimSummary,
  readReclaim,
} from '../licensing/index.js';
import { table } from './output.js';
import { DAY } from './parse-duration.js';
import { parseCount } from './parse-number.js';
import { appliedText, batchText } from './reclaim-text.js';
import { type Register, type Session, type SiteOptions, siteCommand } from './session.js';
import { MOST_DAYS } from './unused-command.js';

interface CreateOptions extends SiteOptions {
  readonly days: number;
  readonly name?: string;
}

interface ApplyOptions extends SiteOptions {
  readonly hash: string;
}

/** `rollcall application reclaim KEY | list | show | apply | discard` */
export const reclaimCommands: Register = (application, session) => {
  const group = application
    .command('reclaim')
    .description('take unused seats back: make a batch, look through it, apply or discard it');

  // `reclaim KEY` makes a batch; an application that is called like one of these commands is reached by `create`.
  siteCommand(group, 'create', 'make a batch of unused seats; takes nothing from anybody', { isDefault: true })
    .argument('<key>', 'the application')
    .requiredOption('--days <number>', 'neither used nor given for as many days', parseCount(MOST_DAYS))
    .option('--name <name>', 'what it is called in lists and in the log')
    .action((key: string, options: CreateOptions) => create(session, key, options));

  siteCommand(group, 'list', 'list the batches of an application')
    .argument('<key>', 'the application')
    .action((key: string, options: SiteOptions) => list(session, key, options));

  siteCommand(group, 'show', 'show a batch, what became of it, and its hash')
    .argument('<id>', 'the batch')
    .action((id: string, options: SiteOptions) =>
      session.answerInSite(options, async ({ database, site }) => {
        const batch = await readReclaim(database, site.id, id);
        return { json: batch, text: () => batchText(batch) };
      }),
    );

  siteCommand(group, 'apply', 'take back the seats of a batch, exactly as it was shown')
    .argument('<id>', 'the batch')
    .requiredOption('--hash <hash>', 'the hash that was shown')
    .action((id: string, options: ApplyOptions) => apply(session, id, options));

  siteCommand(group, 'discard', 'put a batch away; everybody keeps their seat')
    .argument('<id>', 'the batch')
    .action((id: string, options: SiteOptions) =>
      session.answerInSite(options, async ({ change, actor }) => {
        const request = { action: 'reclaim.discard', objectType: 'Application' } as const;
        await change.run(actor, request, () => discardReclaim(actor, id));
        return { json: { discarded: id }, text: () => `The batch ${id} is discarded.` };
      }),
    );
};

function create(session: Session, key: string, { days, name, ...options }: CreateOptions): Promise<void> {
  return session.answerInSite(options, async ({ config, database, change, actor, site }) => {
    const { id: applicationId } = await findApplication(database, site.id, key);
    const { batchDays, batchPeople: mostPeople } = config.reclaim;
    const wanted = { applicationId, days, name, mostPeople, expiresAt: new Date(Date.now() + batchDays * DAY) };
    const request = { action: 'reclaim.create', objectType: 'Application', objectId: applicationId } as const;
    const { id, left } = await change.run(actor, request, () => createReclaim(actor, wanted));
    const batch = await readReclaim(database, site.id, id);
    return { json: { ...batch, left }, text: () => batchText(batch, left) };
  });
}

function list(session: Session, key: string, options: SiteOptions): Promise<void> {
  return session.answerInSite(options, async ({ database, site }) => {
    const { id } = await findApplication(database, site.id, key);
    const batches = await listReclaims(database, site.id, id);
    return { json: batches, text: () => listText(batches) };
  });
}

function listText(batches: readonly ReclaimSummary[]): string {
  const rows = batches.map(({ id, name, state, people, reclaimable, reclaimed, createdAt, expiresAt }) => [
    id,
    name,
    state,
    people,
    reclaimable,
    reclaimed,
    createdAt,
    expiresAt,
  ]);
  const headings = ['BATCH', 'NAME', 'STATE', 'PEOPLE', 'RECLAIMABLE', 'RECLAIMED', 'MADE', 'EXPIRES'];
  return table(headings, rows, 'There is no batch.');
}

function apply(session: Session, id: string, { hash, ...options }: ApplyOptions): Promise<void> {
  return session.answerInSite(options, async ({ database, change, actor, site }) => {
    const request = { action: 'reclaim.apply', objectType: 'Application' } as const;
    await change.run(actor, request, () => applyReclaim(database, actor, id, hash));
    const batch = await readReclaim(database, site.id, id);
    return { json: batch, text: () => appliedText(batch) };
  });
}
