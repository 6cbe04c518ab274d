import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { Webhook } from 'standardwebhooks';

/** What an event says, with the headers that came along. */
export interface Received {
  readonly id: string;
  readonly headers: IncomingHttpHeaders;
  readonly raw: string;
  readonly body: {
    readonly type: string;
    readonly timestamp: string;
    readonly data: {
      readonly application: string;
      readonly sequence: number;
      readonly userId?: string;
      readonly userName?: string;
      readonly roleBefore?: string | null;
      readonly roleAfter?: string | null;
      readonly reason?: string;
      readonly action?: string;
    };
  };
}

export interface Receiver {
  readonly url: string;
  /** Everything that came, in the order in which it came. */
  readonly received: Received[];
  /** `type userName before -> after` of each. */
  told(): string[];
  /** What it answers from now on; 204 until this is called. */
  answer(how: (event: Received, response: ServerResponse) => void | Promise<void>): void;
  close(): Promise<void>;
}

/** An application's endpoint: a real HTTP server of this machine. */
export async function startReceiver(): Promise<Receiver> {
  const received: Received[] = [];
  const ok = (_event: Received, response: ServerResponse) => {
    response.writeHead(204).end();
  };
  let how: (event: Received, response: ServerResponse) => void | Promise<void> = ok;
  const server = createServer(async (request, response) => {
    const raw = await text(request);
    const event = { id: String(request.headers['webhook-id']), headers: request.headers, raw, body: JSON.parse(raw) };
    received.push(event);
    await how(event, response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/hook`,
    received,
    told: () => received.map(({ body }) => summary(body)),
    answer(next) {
      how = next;
    },
    async close() {
      server.closeAllConnections();
      server.close();
    },
  };
}

function summary({ type, data }: Received['body']): string {
  return `${type} ${data.userName} ${data.roleBefore ?? 'none'} -> ${data.roleAfter ?? 'none'}`;
}

/** Verifies an event as the specification's own library does. @throws Error where it is not what the sender signed */
export function verifySignature(secret: string, { raw, headers }: Received): unknown {
  return new Webhook(secret).verify(raw, headers as Record<string, string>);
}
