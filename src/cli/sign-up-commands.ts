import { Option } from 'commander';
import { allow, approve, disallow, readRule, reject, type ShownSignUp } from '../administration/index.js';
import { listSignUps, type SignUpRule, type SignUpState } from '../sign-ups/index.js';
import { loadDocuments } from './load-documents.js';
import { type Answer, fields, table } from './output.js';
import { parseCount } from './parse-number.js';
import { type Register, type SiteOptions, siteCommand } from './session.js';

const STATES: readonly SignUpState[] = ['unconfirmed', 'waiting', 'approved', 'rejected'];

interface AllowOptions extends SiteOptions {
  readonly role: string;
  readonly domain: readonly string[];
  readonly approval: boolean;
}

interface ListOptions extends SiteOptions {
  readonly application?: string;
  readonly state?: SignUpState;
  readonly limit: number;
}

/** `rollcall sign-up allow | disallow | show | list | approve | reject` */
export const signUpCommands: Register = (group, session) => {
  siteCommand(group, 'allow', 'let people sign up for an application, or change who may')
    .argument('<application>')
    .requiredOption('--role <key>', 'the role that they get, by its default groups')
    .requiredOption(
      '--domain <name>',
      'of their addresses; repeatable',
      (name: string, before: readonly string[] = []) => [...before, name],
    )
    .option('--no-approval', 'let them in as soon as they confirm their address')
    .action((key: string, { role, domain: domains, approval, ...options }: AllowOptions) =>
      session.answerInSite(options, async (services) =>
        ruleAnswer(key, await allow(services, key, { role, domains, approval })),
      ),
    );

  siteCommand(group, 'disallow', 'let nobody sign up for an application any more')
    .argument('<application>')
    .action((key: string, options: SiteOptions) =>
      session.answerInSite(options, async (services) => {
        await disallow(services, key);
        return { json: { application: key }, text: () => `Nobody can sign up for ${key} any more.` };
      }),
    );

  siteCommand(group, 'show', 'show who may sign up for an application')
    .argument('<application>')
    .action((key: string, options: SiteOptions) =>
      session.answerInSite(options, async (services) => ruleAnswer(key, await readRule(services, key))),
    );

  siteCommand(group, 'list', 'list those who signed up, the newest first')
    .option('--application <key>', 'for this application')
    .addOption(new Option('--state <state>', 'in this state').choices(STATES))
    .option('--limit <number>', 'how many at most', parseCount(10_000), 100)
    .action(({ application, state, limit, ...options }: ListOptions) =>
      session.answerInSite(options, async ({ database, site }) => {
        const signUps = await listSignUps(database, site.id, { application, state, limit });
        const rows = signUps.map((one) => [one.id, one.application, one.address, one.state, one.issuedAt]);
        const text = () => table(['ID', 'APPLICATION', 'ADDRESS', 'STATE', 'SIGNED UP'], rows, 'There is nobody.');
        return { json: signUps, text };
      }),
    );

  siteCommand(group, 'approve', 'let somebody in who signed up')
    .argument('<id>')
    .action((id: string, options: SiteOptions) =>
      session.answerInSite(options, async (services) =>
        signUpAnswer(await approve(services, await loadDocuments(services.config), id)),
      ),
    );

  siteCommand(group, 'reject', 'turn somebody away who signed up; they are not told')
    .argument('<id>')
    .action((id: string, options: SiteOptions) =>
      session.answerInSite(options, async (services) => signUpAnswer(await reject(services, id))),
    );
};

function ruleAnswer(application: string, rule: SignUpRule): Answer {
  const { role, domains, approval } = rule;
  const values = {
    Application: application,
    Role: role,
    Domains: domains.join(', '),
    Approval: approval ? 'yes' : 'no',
  };
  return { json: { application, ...rule }, text: () => fields(values) };
}

function signUpAnswer(one: ShownSignUp): Answer {
  return { json: one, text: () => `${one.address} is ${one.state} for ${one.application}.` };
}
