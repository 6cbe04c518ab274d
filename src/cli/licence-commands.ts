import { RollcallError } from '../errors/index.js';
import { type Application, findApplication, setSeats } from '../licensing/index.js';
import { applicationFields } from './application-commands.js';
import { parseSeats } from './parse-number.js';
import { type Register, type Session, type SiteOptions, siteCommand } from './session.js';

interface Options extends SiteOptions {
  readonly application: string;
  readonly licence?: string;
}

/** `rollcall licence set-seats` */
export const licenceCommands: Register = (group, session) => {
  siteCommand(group, 'set-seats', 'change how many seats a licence has; fewer take a seat from nobody')
    .argument('<seats>', 'a number, or unlimited', parseSeats)
    .requiredOption('--application <key>', 'the application')
    .option('--licence <name>', 'which licence, where the application has several')
    .action((seats: number | null, options: Options) => change(session, seats, options));
};

function change(session: Session, seats: number | null, options: Options): Promise<void> {
  return session.answerInSite(options, async ({ database, change: changes, actor, site }) => {
    const licence = chooseLicence(await findApplication(database, site.id, options.application), options.licence);
    const request = { action: 'licence.set-seats', objectType: 'Licence', objectId: licence.id } as const;
    await changes.run(actor, request, () => setSeats(actor, licence.id, seats ?? undefined));
    const application = await findApplication(database, site.id, options.application);
    return { json: application, text: () => applicationFields(application) };
  });
}

/** @throws RollcallError `licence.not-found`, `licence.name-needed` */
function chooseLicence({ key, licences }: Application, name: string | undefined) {
  const names = licences.map((licence) => `"${licence.name}"`).join(', ');
  const [licence, ...others] = licences.filter((candidate) => name === undefined || candidate.name === name);
  if (licence === undefined) {
    const found = licences.length === 0 ? 'it has none' : `it has ${names}`;
    const wanted = name === undefined ? 'no licence' : `no licence "${name}"`;
    throw new RollcallError('not-found', 'licence.not-found', `The application "${key}" has ${wanted}; ${found}.`);
  }
  if (others.length === 0) return licence;
  throw new RollcallError('invalid', 'licence.name-needed', `"${key}" has several licences; add --licence: ${names}`);
}
