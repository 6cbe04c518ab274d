import { migrate, revert } from '../database/index.js';
import { ensureDefaultSite } from '../directory/index.js';
import type { Answer } from './output.js';
import type { CommonOptions, Register } from './session.js';

interface Options extends CommonOptions {
  readonly down?: boolean;
}

/** `rollcall migrate` */
export const migrateCommand: Register = (command, session) => {
  command
    .option('--down', 'take the last migration back, with the data in its tables')
    .option('--json', 'print one JSON document and nothing else')
    .action((options: Options) =>
      session.answer(options, async ({ database }) => {
        if (options.down === true) {
          await revert(database);
          return { json: { reverted: 1 }, text: () => 'The last migration is taken back.' };
        }
        const migrated = await migrate(database);
        await ensureDefaultSite(database);
        return answer(migrated);
      }),
    );
};

function answer(migrated: readonly string[]): Answer {
  return {
    json: { migrated },
    text: () => (migrated.length === 0 ? 'The database is up to date.' : `Migrated: ${migrated.join(', ')}`),
  };
}
