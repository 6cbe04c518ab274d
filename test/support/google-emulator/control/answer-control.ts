import type { Emulator } from '../emulator.ts';
import type { Answer } from '../http/answer.ts';
import { patternOf } from '../http/router.ts';
import type { Received } from '../http/serve.ts';
import { isObject, type JsonObject } from '../state/json.ts';
import type { Control } from './control.ts';
import { objectControls } from './object-controls.ts';
import { serviceControls } from './service-controls.ts';

const ROOT = '/__emu';

const overview: Control = {
  method: 'GET',
  path: '/',
  does: 'What there is, and everything that can be asked for.',
  run: ({ origin, environment, customerId, adminEmail, directory, activeFaults }) => ({
    origin,
    environment,
    customerId,
    adminEmail,
    domains: directory.domains.map(({ name }) => name),
    users: directory.users.size,
    groups: directory.groups.size,
    orgUnits: directory.orgUnits.size,
    faults: activeFaults,
    controls: controls.map(({ method, path, does }) => `${method} ${ROOT}${path}: ${does}`),
  }),
};

const controls: readonly Control[] = [overview, ...serviceControls, ...objectControls];
const compiled = controls.map((control) => ({ control, pattern: patternOf(ROOT + control.path) }));

/** The control API: what a test does by calls, for another process. What is wrong is told in a sentence, with 400. */
export function answerControl({ method, path, query, text }: Received, emulator: Emulator): Answer {
  try {
    const body: unknown = text === '' ? {} : JSON.parse(text);
    if (!isObject(body)) throw new Error('the body must be a JSON object');
    for (const { control, pattern } of compiled) {
      const match = control.method === method ? pattern.exec(path === ROOT ? `${ROOT}/` : path) : null;
      if (match === null) continue;
      const params = Object.entries(match.groups ?? {}).map(([name, value]) => [name, decodeURIComponent(value)]);
      const answer = control.run(emulator, { params: Object.fromEntries(params), body, query });
      return { status: 200, body: answer as JsonObject };
    }
    return { status: 404, body: { error: `no ${method} ${path}: GET ${ROOT}/ lists what there is` } };
  } catch (error) {
    return { status: 400, body: { error: error instanceof Error ? error.message : String(error) } };
  }
}

export function isControl(path: string): boolean {
  return path === ROOT || path.startsWith(`${ROOT}/`);
}
