import { Agent, request as httpRequest } from 'node:http';

export interface BenchRequest {
  readonly method: 'GET' | 'POST' | 'PATCH';
  readonly url: string;
  readonly body?: string | undefined;
  /** The connection's unless said otherwise. */
  readonly token?: string | undefined;
  /** Any other status ends the bench. */
  readonly expect: number;
  /** Must stand in the answer; looked for only when an answer is checked. */
  readonly contains?: string | undefined;
  /** Under which name the time counts; without one it does not. */
  readonly label?: string | undefined;
}

export interface Answer {
  readonly location: string | undefined;
  /** Of a page in a walk by cursor. */
  readonly nextCursor: string | undefined;
  readonly milliseconds: number;
}

/** One keep-alive connection: one request after the other. */
export interface Exchange {
  send(request: BenchRequest): Promise<Answer>;
  close(): void;
}

/** @param onTime hears of every labelled request */
export function createExchange(token: string, onTime: (label: string, milliseconds: number) => void): Exchange {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const checked = new Set<string>();
  return {
    async send(request) {
      // The shape of an answer is looked at once for each kind: reading every page as text would load the machine.
      const kind = `${request.label} ${new URL(request.url).port}`;
      const answer = await exchange(agent, token, request, !checked.has(kind));
      checked.add(kind);
      if (request.label !== undefined) onTime(request.label, answer.milliseconds);
      return answer;
    },
    close: () => agent.destroy(),
  };
}

function exchange(agent: Agent, token: string, wanted: BenchRequest, check: boolean): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const started = performance.now();
    const body = wanted.body === undefined ? undefined : Buffer.from(wanted.body);
    const headers = {
      authorization: `Bearer ${wanted.token ?? token}`,
      ...(body === undefined ? {} : { 'content-type': 'application/scim+json', 'content-length': body.length }),
    };
    const sent = httpRequest(wanted.url, { method: wanted.method, agent, headers }, (response) => {
      const keep = check || response.statusCode !== wanted.expect;
      const pieces: Buffer[] = [];
      let head: Buffer | undefined;
      response.on('data', (piece: Buffer) => {
        head ??= piece;
        if (keep) pieces.push(piece);
      });
      response.once('error', reject);
      response.once('end', () => {
        const milliseconds = performance.now() - started;
        const text = keep ? Buffer.concat(pieces).toString() : '';
        const wrong = keep ? fault(wanted, response.statusCode, text) : undefined;
        if (wrong !== undefined) reject(new Error(wrong));
        else resolve({ location: response.headers.location, nextCursor: cursorIn(head), milliseconds });
      });
    });
    sent.once('error', reject);
    sent.end(body);
  });
}

/** It stands before the resources. */
function cursorIn(head: Buffer | undefined): string | undefined {
  return /"nextCursor":"([^"]+)"/.exec(head?.subarray(0, 4096).toString('latin1') ?? '')?.[1];
}

function fault(wanted: BenchRequest, status: number | undefined, text: string): string | undefined {
  const what = `${wanted.method} ${wanted.url.slice(0, 200)}`;
  if (status !== wanted.expect) return `${what}: ${status} instead of ${wanted.expect}: ${text.slice(0, 500)}`;
  if (wanted.contains !== undefined && !text.includes(wanted.contains)) {
    return `${what}: the answer lacks ${wanted.contains}: ${text.slice(0, 500)}`;
  }
  return undefined;
}
