// npm run google-emulator: an emulated Google Workspace for demonstrations and for trying things out.
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { keptPrivateKey, requireOurs, writePrivately } from './key-file.ts';
import { startGoogleEmulator } from './start-google-emulator.ts';

const USAGE = `Usage: npm run google-emulator -- [options]

  --port N             port on 127.0.0.1; 0 takes a free one (default 8085)
  --users N            people, up to 100,000 (default 200)
  --groups N           up to 5,000 (default 25)
  --memberships N      up to 1,000,000 (default 1,000)
  --org-units N        organisational units (default 24)
  --domains N          e-mail domains (default 3)
  --seed N             the same number makes the same directory (default 1)
  --latency N          milliseconds that each request takes (default 0)
  --key-file PATH      where the key of the service account is written, or was before
                       (default data/google-key.json)
  --keyless-file PATH  also writes a configuration for credentials without a key
  --admin-role         the service account holds a role of its own, in place of delegation`;

function optionsOf(args: string[]) {
  const { values } = parseArgs({
    args,
    options: {
      port: { type: 'string', default: '8085' },
      users: { type: 'string', default: '200' },
      groups: { type: 'string', default: '25' },
      memberships: { type: 'string', default: '1000' },
      'org-units': { type: 'string', default: '24' },
      domains: { type: 'string', default: '3' },
      seed: { type: 'string', default: '1' },
      latency: { type: 'string', default: '0' },
      'key-file': { type: 'string', default: 'data/google-key.json' },
      'keyless-file': { type: 'string' },
      'admin-role': { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  const number = (name: 'port' | 'users' | 'groups' | 'memberships' | 'org-units' | 'domains' | 'seed' | 'latency') => {
    if (!/^\d+$/.test(values[name])) throw new Error(`--${name} must be a whole number, not ${values[name]}`);
    return Number(values[name]);
  };
  return {
    help: values.help,
    port: number('port'),
    latency: number('latency'),
    keyFile: resolve(values['key-file']),
    keylessFile: values['keyless-file'] === undefined ? undefined : resolve(values['keyless-file']),
    adminRole: values['admin-role'],
    seed: {
      users: number('users'),
      groups: number('groups'),
      memberships: number('memberships'),
      orgUnits: number('org-units'),
      domains: number('domains'),
      seed: number('seed'),
    },
  };
}

async function main(): Promise<void> {
  const { help, port, latency, keyFile, keylessFile, adminRole, seed } = optionsOf(process.argv.slice(2));
  if (help) return console.log(USAGE);
  const privateKey = keptPrivateKey(keyFile);
  if (keylessFile !== undefined) requireOurs(keylessFile);
  const emulator = await startGoogleEmulator({
    port,
    seed,
    settings: { latency },
    ...(privateKey !== undefined && { privateKey }),
  });
  writePrivately(keyFile, emulator.keyFor({ adminRole }));
  const accounts = [`  key          ${keyFile}`];
  const settings = Object.entries(emulator.environment);
  if (keylessFile !== undefined) {
    const { serviceAccount, credentials } = emulator.keylessFor({ adminRole });
    writePrivately(keylessFile, credentials);
    settings.push(['GOOGLE_KEYLESS', `emulator=${keylessFile}`]);
    accounts.push(`  keyless      ${keylessFile}, for ${serviceAccount}`);
  }
  const { users, groups } = emulator.directory;
  console.log(`Google Workspace emulator on ${emulator.origin}

  customer     ${emulator.customerId} with ${users.size} users and ${groups.size} groups
  subject      ${adminRole ? 'none: the service account holds a role of its own' : emulator.adminEmail}
${accounts.join('\n')}

Point the server at it:
${settings.map(([name, value]) => `  ${name}=${value}`).join('\n')}

Change the directory, or let something go wrong:
  curl -s ${emulator.origin}/__emu/
  curl -s -X POST ${emulator.origin}/__emu/faults -d '{"name":"empty-users-200","options":{"times":1}}'

Stop it with Ctrl-C.`);
  const stop = async () => {
    await emulator.close();
  };
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  // Whatever was started goes with it.
  process.exit(1);
});
