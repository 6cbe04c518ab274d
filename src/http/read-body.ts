import type { IncomingMessage, ServerResponse } from 'node:http';
import { ScimError } from '../scim/index.js';

/** How long a body may be, and the setting that says so. */
export interface BodyLimit {
  readonly bytes: number;
  readonly setting: string;
}

/** The client went away while it was sending; there is nobody to answer. */
export class ClientGone extends Error {
  override readonly name = 'ClientGone';
}

/**
 * Reads a body, and not one byte more than the limit.
 * @throws ScimError 413; ClientGone
 */
export async function readBody(request: IncomingMessage, response: ServerResponse, limit: BodyLimit): Promise<Buffer> {
  if (Number(request.headers['content-length'] ?? 0) > limit.bytes) throw tooLarge(limit);
  // The server leaves this to us, so that a refusal comes before the body was sent: see create-server.ts.
  if (request.headers.expect !== undefined) response.writeContinue();
  const chunks: Buffer[] = [];
  let bytes = 0;
  return new Promise((resolve, reject) => {
    const onData = (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes <= limit.bytes) chunks.push(chunk);
      else settle(() => reject(tooLarge(limit)));
    };
    const onEnd = () => settle(() => resolve(chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks)));
    const onGone = () => settle(() => reject(new ClientGone()));
    const settle = (then: () => void) => {
      request.off('data', onData).off('end', onEnd).off('close', onGone);
      request.pause();
      then();
    };
    // An error is followed by close; without a listener it would end the process.
    request.on('error', () => undefined);
    request.on('data', onData).on('end', onEnd).on('close', onGone);
  });
}

function tooLarge({ bytes, setting }: BodyLimit): ScimError {
  return new ScimError(413, undefined, `The body is longer than ${bytes} bytes, the server's setting ${setting}.`);
}
