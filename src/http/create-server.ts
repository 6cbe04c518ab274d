import { readFile } from 'node:fs/promises';
import { createServer as createPlainServer, type RequestListener, type Server, type ServerOptions } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Config } from '../config/index.js';
import { RollcallError } from '../errors/index.js';
import { renderError, ScimError } from '../scim/index.js';

const OPTIONS: ServerOptions = {
  // Longer than the 60 seconds of the usual proxies, so that it is them who close idle connections.
  keepAliveTimeout: 65_000,
};

const CLOSE_CHECK_MILLISECONDS = 50;

export interface ServerSettings {
  readonly server: Pick<Config['server'], 'tls'>;
  readonly limits: Pick<Config['limits'], 'headerBytes'>;
}

/** The server, HTTP or TLS from 1.2 on (AUTH-07). @throws RollcallError `server.tls-unreadable` */
export async function createServer(app: RequestListener, { server: { tls }, limits }: ServerSettings): Promise<Server> {
  // Node refuses what is as long as its limit.
  const options = { ...OPTIONS, maxHeaderSize: limits.headerBytes + 1 };
  const server =
    tls === undefined
      ? createPlainServer(options, app)
      : createTlsServer({ ...options, ...(await readCertificate(tls)), minVersion: 'TLSv1.2' }, app);
  // Otherwise Node asks for the body by itself, before we know whose it is.
  server.on('checkContinue', app);
  server.on('clientError', (error, socket) => refuseBrokenRequest(error, socket, limits.headerBytes));
  return server;
}

/** @throws RollcallError `server.cannot-listen` */
export function listen(server: Server, { host, port }: { host: string; port: number }): Promise<AddressInfo> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const reason = error.code === 'EADDRINUSE' ? 'another program listens there' : error.message;
      const message = `Cannot listen on ${host}, port ${port}: ${reason}. HOST and PORT choose another place.`;
      reject(new RollcallError('unavailable', 'server.cannot-listen', message, {}, { cause: error }));
    });
    server.listen(port, host, () => {
      const address = server.address();
      if (address === null || typeof address === 'string') reject(new Error('The server listens on no port'));
      else resolve(address);
    });
  });
}

/** Takes no further requests, lets those that run end, and cuts what is left after a while. */
export async function closeServer(server: Server, graceMilliseconds: number): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  // A kept-alive connection becomes idle only after its answer.
  const idle = setInterval(() => server.closeIdleConnections(), CLOSE_CHECK_MILLISECONDS);
  const cut = setTimeout(() => server.closeAllConnections(), graceMilliseconds);
  await closed;
  clearInterval(idle);
  clearTimeout(cut);
}

async function readCertificate({ certFile, keyFile }: { certFile: string; keyFile: string }) {
  try {
    const [cert, key] = await Promise.all([readFile(certFile), readFile(keyFile)]);
    return { cert, key };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const message = `TLS_CERT_FILE or TLS_KEY_FILE cannot be read: ${reason}`;
    throw new RollcallError('misconfigured', 'server.tls-unreadable', message, {}, { cause: error });
  }
}

/** What is no HTTP never reaches the application. */
function refuseBrokenRequest(error: NodeJS.ErrnoException, socket: Duplex, headerBytes: number): void {
  if (!socket.writable || error.code === 'ECONNRESET') {
    socket.destroy();
    return;
  }
  const [status, reason, detail] = refusalOf(error, headerBytes);
  const body = renderError(new ScimError(status, undefined, detail));
  socket.end(
    `HTTP/1.1 ${status} ${reason}\r\nContent-Type: application/scim+json;charset=utf-8\r\n` +
      `Content-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
  );
}

function refusalOf({ code }: NodeJS.ErrnoException, headerBytes: number): [number, string, string] {
  switch (code) {
    case 'HPE_HEADER_OVERFLOW': {
      const detail = `URL and headers are longer than ${headerBytes} bytes, the server's setting LIMIT_HEADER_BYTES.`;
      return [431, 'Request Header Fields Too Large', detail];
    }
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return [408, 'Request Timeout', 'The request did not arrive in time; send it again.'];
    default:
      return [400, 'Bad Request', 'This is not an HTTP request that can be read.'];
  }
}
