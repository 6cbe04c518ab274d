import { Counter, Gauge, type Registry } from 'prom-client';
import type { Config } from '../config/index.js';
import type { Database } from '../database/index.js';
import { type Run, readStandings, type Standing, type Usage } from '../google/index.js';

export interface RunMetrics {
  onRun(run: Run): void;
  onRequests(usage: Usage): void;
}

/**
 * Figures about the Google sync. How old the data is comes from the database, and so is the same whichever process is
 * asked; what was requested and how runs ended is of this process. Connections are told by their ids: whoever may ask
 * for metrics need not know whose they are.
 */
export function createRunMetrics(registry: Registry, database: Database, settings: Config['google']): RunMetrics {
  const ofConnections = (name: string, help: string, figureOf: (standing: Standing) => number) =>
    new Gauge({
      name,
      help,
      labelNames: ['connection'],
      registers: [registry],
      async collect() {
        // Without a database there is nothing to say about connections, and much about the process.
        const standings = await readStandings(database, settings, { everywhere: 'all' }).catch(() => []);
        this.reset();
        for (const standing of standings) this.set({ connection: standing.connectionId }, figureOf(standing));
      },
    });
  ofConnections(
    'rollcall_google_staleness_seconds',
    'How long ago the last complete run of a Google connection began to read, or the connection was made.',
    ({ ageSeconds }) => ageSeconds,
  );
  ofConnections(
    'rollcall_google_failures',
    'Runs of a Google connection that failed since the last complete one.',
    ({ failures }) => failures,
  );
  const requests = new Counter({
    name: 'rollcall_google_requests_total',
    help: 'Requests to Google by its method and the status of the answer; `token` where access was asked for.',
    labelNames: ['method', 'status'],
    registers: [registry],
  });
  const runs = new Counter({
    name: 'rollcall_google_runs_total',
    help: 'Runs of the Google sync by how they ended.',
    labelNames: ['kind', 'state'],
    registers: [registry],
  });
  return {
    onRun: ({ kind, state }) => runs.inc({ kind, state }),
    onRequests({ byMethod }) {
      for (const [method, statuses] of Object.entries(byMethod)) {
        for (const [status, count] of Object.entries(statuses)) requests.inc({ method, status }, count);
      }
    },
  };
}
