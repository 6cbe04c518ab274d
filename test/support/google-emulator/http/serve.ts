import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { type Answer, GoogleError } from './answer.ts';
import { send } from './send.ts';

export interface Received {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly text: string;
}

export interface Served {
  readonly port: number;
  close(): Promise<void>;
}

/** Serves on 127.0.0.1 alone; port 0 takes a free one. */
export async function serve(port: number, answer: (received: Received) => Promise<Answer>): Promise<Served> {
  const server = createServer(async (request, response) => {
    try {
      await send(request, response, await answer(await receive(request)));
    } catch (error) {
      if (error instanceof GoogleError) return send(request, response, error.answer);
      const message = error instanceof Error ? error.message : String(error);
      await send(request, response, { status: 500, body: { error: { code: 500, message, errors: [] } } });
    }
    return undefined;
  });
  // Longer than clients keep a connection, so that none is closed while a request is on its way.
  server.keepAliveTimeout = 75_000;
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    async close() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

async function receive(request: IncomingMessage): Promise<Received> {
  const url = new URL(request.url ?? '/', 'http://127.0.0.1');
  const headers = Object.entries(request.headers).map(([name, value]) => [name, value?.toString()]);
  return {
    method: request.method ?? 'GET',
    path: url.pathname,
    query: url.searchParams,
    headers: Object.fromEntries(headers),
    text: await text(request),
  };
}
