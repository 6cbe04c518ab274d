import type { ApiResponse } from './api-request.js';
import { Problem } from './problem.js';

const EVENTS_TYPE = {
  'content-type': 'text/event-stream',
  // nginx keeps answers back until they are long enough.
  'x-accel-buffering': 'no',
};

/** Proxies cut connections on which nothing happens, after 30 seconds and more. */
const HEARTBEAT_MILLISECONDS = 15_000;

const RETRY_AFTER_SECONDS = '10';

/** Makes answers of events, as many at once as are allowed; each holds a connection and asks the database. */
export function createEventStreams(most: number): (events: AsyncIterable<unknown>) => ApiResponse {
  let open = 0;
  async function* textOf(events: AsyncIterable<unknown>): AsyncGenerator<string> {
    if (open >= most) {
      const detail = `More than ${most} answers that go on are open, the setting LIMIT_EVENT_STREAMS.`;
      throw new Problem(503, 'limit.event-streams', detail, { 'retry-after': RETRY_AFTER_SECONDS });
    }
    open += 1;
    try {
      let lastAt = performance.now();
      for await (const event of events) {
        const isSilent = event === undefined && performance.now() - lastAt < HEARTBEAT_MILLISECONDS;
        if (!isSilent) lastAt = performance.now();
        // A comment, which a client passes over.
        yield isSilent ? '' : event === undefined ? ':\n\n' : `data: ${JSON.stringify(event)}\n\n`;
      }
    } finally {
      open -= 1;
    }
  }
  return (events) => ({ status: 200, headers: EVENTS_TYPE, body: textOf(events), live: true });
}
