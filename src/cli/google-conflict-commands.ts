import {
  type Conflict,
  type ConflictChoice,
  type ConflictPosition,
  type DisconnectMode,
  type DisconnectOutlook,
  disconnectGoogle,
  listConflicts,
  readGoogleConnection,
  resolveConflict,
} from '../google/index.js';
import { type ConfirmOptions, confirmationOf } from './confirm-options.js';
import { fields, table } from './output.js';
import { parseCount } from './parse-number.js';
import { type Register, type Session, type SiteOptions, siteCommand } from './session.js';
import { UsageError } from './usage-error.js';

interface ConflictOptions extends SiteOptions {
  readonly open?: boolean;
  readonly limit: number;
  readonly after?: string;
}

interface ResolveOptions extends SiteOptions {
  readonly link?: string;
  readonly takeOver?: string;
  readonly ignore?: boolean;
  readonly rename?: string;
  readonly undo?: boolean;
}

interface DisconnectOptions extends SiteOptions, ConfirmOptions {
  readonly keep?: boolean;
  readonly suspend?: boolean;
  readonly remove?: boolean;
}

/** `rollcall google conflicts | resolve | disconnect` */
export const googleConflictCommands: Register = (group, session) => {
  siteCommand(group, 'conflicts', 'list users and groups of Google that are left out until somebody decides')
    .argument('<name>')
    .option('--open', 'only those about which nobody has decided')
    .option('--limit <number>', 'how many at most', parseCount(10_000), 100)
    .option('--after <position>', 'continue behind this one: `next` of the answer before')
    .action((name: string, options: ConflictOptions) => conflicts(session, name, options));

  siteCommand(group, 'resolve', 'decide about a conflict; the next run goes by it')
    .argument('<name>')
    .argument('<object>', "Google's id of the user or group, its address or its name")
    .option('--link <id>', 'it is this user or group of the directory, which stays with its owner')
    .option('--take-over <id>', 'it is this one, which belongs to Google from now on')
    .option('--ignore', 'leave it out for good')
    .option('--rename <name>', 'it is somebody new, under another name here')
    .option('--undo', 'as if nobody had decided')
    .action((name: string, object: string, options: ResolveOptions) => resolve(session, name, object, options));

  siteCommand(group, 'disconnect', 'end a connection; says first what that comes to, and asks for a confirmation')
    .argument('<name>')
    .option('--keep', 'its users and groups stay as they are')
    .option('--suspend', 'its users are deactivated')
    .option('--remove', 'its users and groups are deleted; that can be taken back for DELETION_GRACE_DAYS')
    .option('--yes', 'do it whatever it comes to; without it the command says that and changes nothing')
    .option('--confirm <hash>', 'do it if it comes to exactly what was shown with this hash')
    .action((name: string, options: DisconnectOptions) => disconnect(session, name, options));
};

function conflicts(session: Session, name: string, options: ConflictOptions): Promise<void> {
  const { open = false, limit } = options;
  const after = options.after === undefined ? undefined : parsePosition(options.after);
  return session.answerInSite(options, async ({ database, site }) => {
    const { id } = await readGoogleConnection(database, site.id, name);
    const found = await listConflicts(database, site.id, id, { open, after, limit: limit + 1 });
    const shown = found.slice(0, limit);
    const last = shown.at(-1);
    const next = found.length > limit && last !== undefined ? `${last.objectType}:${last.googleId}` : null;
    const more = next === null ? '' : `\nThere are more: --after ${next}`;
    return { json: { conflicts: shown, next }, text: () => conflictTable(shown) + more };
  });
}

function parsePosition(text: string): ConflictPosition {
  const match = /^(User|Group):(.+)$/.exec(text);
  if (match === null) throw new UsageError("option '--after' must be what `next` of the answer before was");
  return { objectType: match[1] as ConflictPosition['objectType'], googleId: match[2] ?? '' };
}

function conflictTable(found: readonly Conflict[]): string {
  const rows = found.map(({ objectType, name, reason, candidates, choice, chosenObjectId, chosenName, googleId }) => [
    objectType,
    name,
    reason,
    candidates.map(({ id, name: shown, owner }) => `${shown ?? 'deleted'} (${owner ?? 'local'}) ${id}`).join(', ') ||
      '-',
    [choice ?? '-', chosenObjectId ?? chosenName].filter((part) => part !== null).join(' '),
    googleId,
  ]);
  return table(['TYPE', 'NAME', 'REASON', 'CANDIDATES', 'CHOICE', 'GOOGLE ID'], rows, 'There is no conflict.');
}

function resolve(session: Session, name: string, object: string, options: ResolveOptions): Promise<void> {
  const choice = choiceOf(options);
  return session.answerInSite(options, async ({ change, actor, config }) => {
    const request = { action: 'google.resolve', objectType: 'Connection' } as const;
    const resolved = await change.run(actor, request, () =>
      resolveConflict(actor, name, object, choice, config.limits),
    );
    const does = choice.kind === 'undo' ? 'is undecided again' : 'is decided; the next run goes by it';
    return { json: { ...resolved, choice }, text: () => `The conflict about ${resolved.name} ${does}.` };
  });
}

function choiceOf({ link, takeOver, ignore, rename, undo }: ResolveOptions): ConflictChoice {
  const choices: ConflictChoice[] = [
    ...(link === undefined ? [] : [{ kind: 'link', objectId: link } as const]),
    ...(takeOver === undefined ? [] : [{ kind: 'take-over', objectId: takeOver } as const]),
    ...(ignore === true ? [{ kind: 'ignore' } as const] : []),
    ...(rename === undefined ? [] : [{ kind: 'rename', name: rename } as const]),
    ...(undo === true ? [{ kind: 'undo' } as const] : []),
  ];
  const [choice, another] = choices;
  if (choice === undefined || another !== undefined) {
    throw new UsageError('give one of --link <id>, --take-over <id>, --ignore, --rename <name>, --undo');
  }
  return choice;
}

function disconnect(session: Session, name: string, options: DisconnectOptions): Promise<void> {
  const modes = (['keep', 'suspend', 'remove'] as const).filter((mode) => options[mode] === true);
  const [mode, another] = modes;
  if (mode === undefined || another !== undefined) throw new UsageError('give one of --keep, --suspend, --remove');
  return session.answerInSite(options, async (services) => {
    const { database, actor, site } = services;
    const connection = await readGoogleConnection(database, site.id, name);
    const confirmation = confirmationOf(options);
    const outlook = await disconnectGoogle(services, actor, connection, { mode, confirmation });
    return { json: { disconnected: { name, ...outlook } }, text: () => disconnectedText(name, mode, outlook) };
  });
}

const DONE: Readonly<Record<DisconnectMode, string>> = {
  keep: 'are local now',
  suspend: 'are deactivated and local now',
  remove: 'are deleted',
};

function disconnectedText(name: string, mode: DisconnectMode, outlook: DisconnectOutlook): string {
  const { users, groups, memberships, linked, licences } = outlook;
  return [
    `${name} is disconnected. Its users ${DONE[mode]}.`,
    fields({
      Users: users,
      Groups: groups,
      Memberships: memberships,
      'Unlinked of others': linked,
      'Seats that became free': licences.reduce((sum, { freed }) => sum + freed, 0),
    }),
  ].join('\n\n');
}
