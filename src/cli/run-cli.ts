import { types } from 'node:util';
import { Command, CommanderError } from 'commander';
import { ConfirmationNeeded } from '../change/index.js';
import { RollcallError } from '../errors/index.js';
import type { Composition } from './composition.js';
import { NegativeAnswer, type Output, printable, processOutput } from './output.js';
import { createSession, type Register } from './session.js';
import { UsageError } from './usage-error.js';

const MISTAKE = 2;
const FAILURE = 1;

interface Group {
  readonly name: string;
  readonly description: string;
  /** Imported only when it is asked for: every call of the command line is a process of its own. */
  load(): Promise<Register>;
}

const GROUPS: readonly Group[] = [
  {
    name: 'serve',
    description: 'start the server',
    load: async () => (await import('./serve-command.js')).serveCommand,
  },
  {
    name: 'migrate',
    description: 'bring the database up to this version',
    load: async () => (await import('./migrate-command.js')).migrateCommand,
  },
  {
    name: 'site',
    description: 'sites: create, list',
    load: async () => (await import('./site-commands.js')).siteCommands,
  },
  {
    name: 'connection',
    description: 'connections of identity providers and their tokens',
    load: async () => (await import('./connection-commands.js')).connectionCommands,
  },
  {
    name: 'api-token',
    description: 'tokens by which programs of administrators use the API',
    load: async () => (await import('./api-token-commands.js')).apiTokenCommands,
  },
  {
    name: 'google',
    description: 'Google Workspaces that are read',
    load: async () => (await import('./google-commands.js')).googleCommands,
  },
  {
    name: 'domain',
    description: 'e-mail domains of a site',
    load: async () => (await import('./domain-commands.js')).domainCommands,
  },
  {
    name: 'application',
    description: 'applications with their roles and seats',
    load: async () => (await import('./application-commands.js')).applicationCommands,
  },
  {
    name: 'role',
    description: 'roles of an application, the highest first',
    load: async () => (await import('./role-commands.js')).roleCommands,
  },
  {
    name: 'default-group',
    description: 'groups that people are put into who are given a role',
    load: async () => (await import('./default-group-commands.js')).defaultGroupCommands,
  },
  {
    name: 'grant',
    description: 'roles of applications that groups and users have',
    load: async () => (await import('./grant-commands.js')).grantCommands,
  },
  {
    name: 'licence',
    description: 'seats of an application',
    load: async () => (await import('./licence-commands.js')).licenceCommands,
  },
  {
    name: 'access',
    description: 'why people have access, and what changes would do to it',
    load: async () => (await import('./access-commands.js')).accessCommands,
  },
  {
    name: 'licensing',
    description: 'all seats of a site',
    load: async () => (await import('./licensing-commands.js')).licensingCommands,
  },
  {
    name: 'webhook',
    description: 'addresses of applications that are told who gets and loses access',
    load: async () => (await import('./webhook-commands.js')).webhookCommands,
  },
  {
    name: 'secrets',
    description: 'the key that stored secrets are sealed with',
    load: async () => (await import('./secrets-commands.js')).secretsCommands,
  },
  {
    name: 'user',
    description: 'users of the directory',
    load: async () => (await import('./user-commands.js')).userCommands,
  },
  {
    name: 'invitation',
    description: 'people who are invited by their address',
    load: async () => (await import('./invitation-commands.js')).invitationCommands,
  },
  {
    name: 'sign-up',
    description: 'people who want to use an application and say so themselves',
    load: async () => (await import('./sign-up-commands.js')).signUpCommands,
  },
  {
    name: 'group',
    description: 'groups of the directory',
    load: async () => (await import('./group-commands.js')).groupCommands,
  },
  {
    name: 'log',
    description: 'the provisioning log',
    load: async () => (await import('./log-commands.js')).logCommands,
  },
];

/**
 * Runs one command.
 * @param argv what stands behind the program's name
 * @returns the exit code: 0, 1 when the command failed, 2 when it was typed wrongly; then one line says why. 3: it waits
 *   for somebody's decision
 */
export async function runCli(
  argv: readonly string[],
  composition: Composition,
  output: Output = processOutput(),
): Promise<number> {
  try {
    const program = await createProgram(argv[0], composition, output);
    await program.parseAsync(argv, { from: 'user' });
    return 0;
  } catch (error) {
    const { code, line } = describe(error, argv);
    if (line !== undefined) output.error(`${printable(line)}\n`);
    return code;
  }
}

async function createProgram(asked: string | undefined, composition: Composition, output: Output): Promise<Command> {
  const program = new Command('rollcall')
    .description('SCIM 2.0 provisioning server')
    .exitOverride()
    // Errors come as exceptions and are written once, on one line.
    .configureOutput({ writeOut: output.out, writeErr: () => undefined, outputError: () => undefined });
  const session = createSession(composition, output);
  for (const { name, description, load } of GROUPS) {
    const group = program.command(name).description(description);
    if (name === asked) (await load())(group, session);
  }
  return program;
}

function describe(error: unknown, argv: readonly string[]): { code: number; line?: string } {
  if (error instanceof CommanderError) {
    if (error.exitCode === 0) return { code: 0 };
    if (error.code === 'commander.help') return { code: MISTAKE, line: missingCommand(argv) };
    return { code: MISTAKE, line: `${error.message.replace(/\.$/, '')}; see: rollcall ${helpOf(argv)}--help` };
  }
  if (error instanceof NegativeAnswer) return { code: error.exitCode };
  if (error instanceof UsageError) return { code: MISTAKE, line: `error: ${error.message}` };
  if (error instanceof ConfirmationNeeded) {
    const how = `--confirm ${error.confirmation} does exactly this, --yes does it whatever is lost`;
    return { code: FAILURE, line: `${error.code}: ${error.message} (${how})` };
  }
  if (error instanceof RollcallError) return { code: FAILURE, line: `${error.code}: ${error.message}` };
  const wanted = ['debug', 'trace'].includes(process.env.LOG_LEVEL ?? '');
  const text = types.isNativeError(error) ? ((wanted ? error.stack : undefined) ?? error.message) : String(error);
  return { code: FAILURE, line: `internal: ${text} (LOG_LEVEL=debug shows where)` };
}

function missingCommand(argv: readonly string[]): string {
  return `error: a command is missing; see: rollcall ${helpOf(argv)}--help`;
}

function helpOf(argv: readonly string[]): string {
  return GROUPS.some((group) => group.name === argv[0]) ? `${argv[0]} ` : '';
}
