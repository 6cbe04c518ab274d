import { apiSealed } from '../api/index.js';
import { countSealed, requireReadable, resealSecrets, type SealedCounts } from '../change/index.js';
import { RollcallError } from '../errors/index.js';
import { googleSealed } from '../google/index.js';
import { mailSealed } from '../mail/index.js';
import {
  createSecrets,
  forgetFormerKey,
  loadFormerKey,
  loadSecretKey,
  makeNewKey,
  type Secrets,
} from '../secrets/index.js';
import { webhookSealed } from '../webhooks/index.js';
import { count, fields } from './output.js';
import { type Register, type SiteOptions, type SiteServices, siteCommand } from './session.js';

/** Everything that is sealed at rest. */
const SEALED = [...webhookSealed, ...googleSealed, ...apiSealed, ...mailSealed];

/** `rollcall secrets rotate | finish | status` */
export const secretsCommands: Register = (group, session) => {
  siteCommand(
    group,
    'rotate',
    'seal everything that is stored with a new key, and keep the former one for a while',
  ).action((options: SiteOptions) =>
    session.answerInSite(options, async (services) => {
      const made = await prepareKey(services);
      const resealed = await reseal(services, await secretsNow(services));
      const restart = made
        ? 'Restart the server, then: rollcall secrets finish'
        : 'When every server knows the new key: rollcall secrets finish';
      return {
        json: { newKey: made, resealed },
        text: () => `${count(resealed, 'stored secret')} sealed anew. ${restart}`,
      };
    }),
  );

  siteCommand(group, 'finish', 'seal anew what was stored meanwhile, and forget the former key').action(
    (options: SiteOptions) =>
      session.answerInSite(options, async (services) => {
        const { key } = services.config.secrets;
        const resealed = await reseal(services, await secretsNow(services));
        if (key === undefined) await forgetFormerKey(services.config.dataDir);
        const done = key === undefined ? 'The former key is forgotten.' : 'SECRET_KEY_FORMER can be taken away.';
        return { json: { resealed }, text: () => `${count(resealed, 'stored secret')} sealed anew. ${done}` };
      }),
  );

  siteCommand(group, 'status', 'say which key what is stored is sealed with').action((options: SiteOptions) =>
    session.answerInSite(options, async (services) => {
      const secrets = await secretsNow(services);
      const counts = await countSealed(services.database, secrets, SEALED);
      return { json: counts, text: () => statusText(counts), negative: counts.unreadable.length > 0 };
    }),
  );
};

/**
 * Where the key is a file there is another one afterwards; where it is a setting the operator has set both.
 * @returns whether a key was made
 */
async function prepareKey(services: SiteServices): Promise<boolean> {
  const { secrets, dataDir } = services.config;
  if (secrets.key !== undefined && secrets.formerKey === undefined) {
    const message =
      'Make a new key (openssl rand -base64 32), set it as SECRET_KEY and the one until now as SECRET_KEY_FORMER for every ' +
      'server and here, restart the servers, and run this again.';
    throw new RollcallError('misconfigured', 'secrets.no-former-key', message);
  }
  // Before anything is changed: what nobody can open now would still be there, and need a key that is forgotten later.
  const { unreadable } = await countSealed(services.database, await secretsNow(services), SEALED);
  requireReadable(unreadable);
  return secrets.key === undefined && makeNewKey(dataDir);
}

/** By the keys as they are now, not as they were when the command began. */
async function secretsNow({ config }: SiteServices): Promise<Secrets> {
  const { secrets, dataDir } = config;
  return createSecrets(await loadSecretKey(secrets.key, dataDir), await loadFormerKey(secrets, dataDir));
}

function reseal({ change, actor }: SiteServices, secrets: Secrets): Promise<number> {
  return change.run(actor, { action: 'secrets.rotate', objectType: 'Site' }, () => resealSecrets(secrets, SEALED));
}

function statusText({ current, former, unreadable }: SealedCounts): string {
  return fields({
    'Key in use': count(current, 'secret'),
    'Former key': count(former, 'secret'),
    'Neither key': unreadable.length === 0 ? 'none' : unreadable.join('; '),
  });
}
