// Starts Rollcall from a checkout: checks the Node version, compiles what is stale, runs dist/main.js.
// Plain JavaScript that any Node can read, because it has to say so when Node is too old for the rest.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const main = join(root, 'dist', 'main.js');
const compiler = join(root, 'node_modules', 'typescript', 'bin', 'tsc');

function stop(message) {
  console.error(message);
  process.exit(1);
}

function checkNode() {
  const { engines } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const oldest = engines.node.replace(/[^\d.]/g, '');
  const [major, minor] = process.versions.node.split('.').map(Number);
  const [oldestMajor, oldestMinor] = oldest.split('.').map(Number);
  if (major < oldestMajor || (major === oldestMajor && minor < oldestMinor)) {
    stop(
      `Rollcall needs Node ${oldest} or newer and this is ${process.version}: run \`npm ci\`, which installs one into ` +
        'node_modules, and start with `npm start`.',
    );
  }
}

function newestChange(folder) {
  const entries = readdirSync(folder, { withFileTypes: true });
  const times = entries.map((entry) => {
    const path = join(folder, entry.name);
    return entry.isDirectory() ? newestChange(path) : statSync(path).mtimeMs;
  });
  // The folder's own time tells of a file that was removed.
  return Math.max(statSync(folder).mtimeMs, ...times);
}

function isStale() {
  if (!existsSync(main)) {
    return true;
  }
  // The compiler writes every file on each run, and none when it finds an error.
  const settings = statSync(join(root, 'tsconfig.json')).mtimeMs;
  return Math.max(settings, newestChange(join(root, 'src'))) > statSync(main).mtimeMs;
}

async function build() {
  if (!existsSync(compiler)) {
    stop('Rollcall is not installed completely: run `npm ci` first.');
  }
  const { default: lockfile } = await import('proper-lockfile');
  const release = await lockfile.lock(compiler, {
    stale: 60_000,
    retries: { retries: 300, factor: 1, minTimeout: 100 },
  });
  try {
    if (isStale()) {
      // Standard output belongs to the command that runs next.
      const { status } = spawnSync(process.execPath, [compiler, '-p', root], { stdio: ['ignore', 2, 2] });
      if (status !== 0) {
        stop('Rollcall could not be compiled: see the errors above.');
      }
    }
  } finally {
    await release();
  }
}

checkNode();
if (isStale()) {
  await build();
}
process.setSourceMapsEnabled(true);
await import('../dist/main.js');
