import { readFile } from 'node:fs/promises';
import { text as textOf } from 'node:stream/consumers';
import { type Explanation, explain, removeGrant } from '../licensing/index.js';
import { requireRole, requireUser } from './lookup.js';
import { outlookText } from './outlook-text.js';
import { fields, table } from './output.js';
import { type Register, type Session, type SiteOptions, type SiteServices, siteCommand } from './session.js';
import { changeMembers, parseSimulatedChanges, sourceOf } from './simulated-changes.js';
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
        const explanation = await explained(services, idOrUserName, options.application);
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
        const changes = parseSimulatedChanges(await contentOf(file));
        const sources = [];
        for (const wanted of changes) sources.push(await sourceOf(services, wanted));
        const outlook = await services.change.simulate(services.actor, sources);
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

async function explained(services: SiteServices, idOrUserName: string, application: string): Promise<Explanation> {
  const { id } = await requireUser(services, idOrUserName);
  return explain(services.database, services.site.id, id, application, services.config.licensing);
}

/** Every group that the user is in and that leads to the application, and every grant of their own. */
function removal(session: Session, idOrUserName: string, options: ExplainOptions): Promise<void> {
  return session.answerInSite(options, async (services) => {
    const { change, actor } = services;
    const { user, paths } = await explained(services, idOrUserName, options.application);
    const groups = new Map(
      paths.flatMap(({ through: [group], memberBy }) =>
        group === undefined ? [] : [[group.id, { ...group, memberBy }]],
      ),
    );
    const roles = paths.filter(({ through }) => through.length === 0).map(({ role }) => role);
    const sources = [
      ...[...groups.keys()].map((id) => () => changeMembers(services, id, [{ kind: 'remove', ids: [user.id] }])),
      ...(await Promise.all(roles.map((role) => requireRole(services, options.application, role)))).map(
        ({ id }) =>
          () =>
            removeGrant(actor, id, { kind: 'user', id: user.id }),
      ),
    ];
    const outlook = await change.simulate(actor, sources);
    const rows = [...groups.values()].map(({ name, id, memberBy }) => [name, id, memberBy ?? 'an administrator']);
    const text = () =>
      [
        `To lose ${options.application}, ${user.userName} has to leave`,
        table(['GROUP', 'ID', 'PUT THERE BY'], rows, 'no group'),
        roles.length === 0 ? 'and has no grant of their own.' : `and to lose the grant of ${roles.join(', ')}.`,
        `What would come of it\n${outlookText(outlook)}`,
      ].join('\n\n');
    return { json: { user, groups: [...groups.values()], grants: roles, outlook }, text };
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
