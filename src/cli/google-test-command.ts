import { type ConnectionCheck, readGoogleConnection, testGoogleConnection } from '../google/index.js';
import { table } from './output.js';
import { type Register, type SiteOptions, siteCommand } from './session.js';

/** `rollcall google test-connection` */
export const googleTestCommand: Register = (group, session) => {
  siteCommand(group, 'test-connection', 'try what a connection reads, and say what is missing where')
    .argument('<name>')
    .action((name: string, options: SiteOptions) =>
      session.answerInSite(options, async (services) => {
        const connection = await readGoogleConnection(services.database, services.site.id, name);
        const checks = await testGoogleConnection(services, connection, new AbortController().signal);
        const ok = checks.every(({ required, outcome }) => !required || outcome !== 'failed');
        const { state } = connection;
        return { json: { name, ok, state, checks }, negative: !ok, text: () => testText(name, ok, state, checks) };
      }),
    );
};

function testText(name: string, ok: boolean, state: string, checks: readonly ConnectionCheck[]): string {
  const rows = checks.map(({ name: kind, outcome, required, scope }) => [
    kind,
    outcome,
    required ? 'needed' : 'optional',
    scope.slice(scope.lastIndexOf('/') + 1),
  ]);
  const said = new Set(
    checks.flatMap(({ name: kind, message }) => (message === undefined ? [] : [`${kind}: ${message}`])),
  );
  const verdict = ok ? `"${name}" can be read.` : `"${name}" cannot be read.`;
  const advice = ok && state === 'needs-attention' ? [`Let it go on: rollcall google resume ${name}`] : [];
  return [table(['WHAT', 'RESULT', '', 'SCOPE'], rows, ''), ...said, verdict, ...advice].join('\n');
}
