import { readFile } from 'node:fs/promises';
import { createServer as createPlainServer, type RequestListener, type Server, type ServerOptions } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Config } from '../config/index.js';
import { RollcallError } from '../errors/index.js';
import { renderError, ScimError } from '../scim/index.js';

const OPTIONS: ServerOptions = {
  // A filter of the longest allowed length, percent-encoded, and the headers.
  maxHeaderSize: 65_536,
  // Longer than the 60 seconds of the usual proxies, so that it is them who close idle connections.
  keepAliveTimeout: 65_000,
};

const CLOSE_CHECK_MILLISECONDS = 50;

/** The server, HTTP or TLS from 1.2 on (AUTH-07). @throws RollcallError `server.tls-unreadable` */
export async function createServer(app: RequestListener, { tls }: Pick<Config['server'], 'tls'>): Promise<Server> {
  const server =
    tls === undefined
      ? createPlainServer(OPTIONS, app)
      : createTlsServer({ ...OPTIONS, ...(await readCertificate(tls)), minVersion: 'TLSv1.2' }, app);
  // Otherwise Node asks for the body by itself, before we know whose it is.
  server.on('checkContinue', app);
  server.on('clientError', refuseBrokenRequest);
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
function refuseBrokenRequest(error: NodeJS.ErrnoException, socket: Duplex): void {
  if (!socket.writable || error.code === 'ECONNRESET') {
    socket.destroy();
    return;
  }
  const [status, reason] =
    error.code === 'HPE_HEADER_OVERFLOW'
      ? [431, 'Request Header Fields Too Large']
      : error.code === 'ERR_HTTP_REQUEST_TIMEOUT'
        ? [408, 'Request Timeout']
        : [400, 'Bad Request'];
  const body = renderError(new ScimError(status as number, undefined, `${reason}: this is not a request we can read.`));
  socket.end(
    `HTTP/1.1 ${status} ${reason}\r\nContent-Type: application/scim+json;charset=utf-8\r\n` +
      `Content-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
  );
}
