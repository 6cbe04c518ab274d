import { randomUUID } from 'node:crypto';
import type { Command, CommandOptions } from 'commander';
import type { Administration } from '../administration/index.js';
import type { Config } from '../config/index.js';
import type { Actor } from '../directory/index.js';
import { RollcallError } from '../errors/index.js';
import type { Composition, Services } from './composition.js';
import { type Answer, NegativeAnswer, type Output, render } from './output.js';

/** What every command takes. */
export interface CommonOptions {
  readonly json?: boolean;
}

/** What every command that works in a site takes. */
export interface SiteOptions extends CommonOptions {
  readonly site: string;
}

/** The operator's services in the site. */
export interface SiteServices extends Services, Administration {}

/** One call of the command line. */
export interface Session {
  readonly composition: Composition;
  readonly output: Output;
  /** Opens the database, does the work and writes its answer. */
  answer(options: CommonOptions, work: (services: Services) => Promise<Answer>): Promise<void>;
  /** The same in the site of --site. @throws RollcallError `site.not-found`, `database.not-migrated` */
  answerInSite(options: SiteOptions, work: (services: SiteServices) => Promise<Answer>): Promise<void>;
}

/** Adds the commands of a group below its name, or the options of a command that stands alone. */
export type Register = (command: Command, session: Session) => void;

export function createSession(composition: Composition, output: Output): Session {
  const answer: Session['answer'] = async (options, work) => {
    const { loadConfig } = await import('../config/index.js');
    const services = await composition.openServices(quiet(loadConfig()));
    try {
      const found = await work(services);
      output.out(render(found, options.json === true));
      if (found.negative === true) throw new NegativeAnswer(1);
      if (found.undecided === true) throw new NegativeAnswer(3);
    } finally {
      await services.close();
    }
  };
  return {
    composition,
    output,
    answer,
    answerInSite: (options, work) =>
      answer(options, async (services) => {
        await requireMigrated(services);
        const { findSite } = await import('../directory/index.js');
        const site = await findSite(services.database, options.site);
        const actor: Actor = { siteId: site.id, source: 'cli', connection: undefined, correlationId: randomUUID() };
        return work({ ...services, site, actor });
      }),
  };
}

/** A command says what happened itself; what the server would log on the way is for whoever looks for a fault. */
function quiet(config: Config): Config {
  const level = ['debug', 'trace'].includes(config.log.level) ? config.log.level : 'silent';
  return { ...config, log: { ...config.log, level } };
}

/** @throws RollcallError `database.not-migrated` */
export async function requireMigrated({ database }: Services): Promise<void> {
  const { hasPendingMigrations } = await import('../database/index.js');
  if (await hasPendingMigrations(database)) {
    throw new RollcallError(
      'misconfigured',
      'database.not-migrated',
      'The database is not up to date with this version: run `rollcall migrate`, or start the server once.',
    );
  }
}

/** A command that answers. */
export function command(group: Command, name: string, description: string, options?: CommandOptions): Command {
  return group
    .command(name, options)
    .description(description)
    .option('--json', 'print one JSON document and nothing else');
}

/** A command that answers and works in one site. */
export function siteCommand(group: Command, name: string, description: string, options?: CommandOptions): Command {
  return command(group, name, description, options).option('--site <key>', 'the site to work in', 'default');
}
