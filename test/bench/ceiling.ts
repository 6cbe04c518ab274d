// What the same database and the same Node can do at best: bare node:http, one named prepared statement a request on
// the server's own tables, no authentication, no log. Started as a process of its own by child-processes.ts.
import { createServer, type IncomingMessage } from 'node:http';
import pg from 'pg';
import { v7 } from 'uuid';

interface CeilingOptions {
  readonly url: string;
  readonly siteId: number;
}

const { url, siteId } = JSON.parse(process.env.BENCH_CEILING ?? '{}') as CeilingOptions;

/** As many connections as the server has for reads, and for writes. */
const pool = new pg.Pool({ connectionString: url, max: 10 });

const USER = 'SELECT u.document::text FROM users u';

/** By the first part of the path; the parameters are the site and the second part. */
const READS: Readonly<Record<string, string>> = {
  id: `${USER} WHERE u.site_id = $1 AND u.id = $2`,
  name: `${USER} WHERE u.site_id = $1 AND u.user_name_key = $2 AND u.deleted_at IS NULL`,
  external: `${USER} JOIN identities i ON i.site_id = u.site_id AND i.object_id = u.id
    WHERE u.site_id = $1 AND i.connection_id = (SELECT id FROM connections LIMIT 1) AND i.external_id = $2`,
  email: `${USER} JOIN user_emails e ON e.site_id = u.site_id AND e.user_id = u.id
    WHERE u.site_id = $1 AND e.value_key = $2 AND e.type_key = 'work'`,
  access: `SELECT jsonb_build_object('role', r.key)::text FROM users u
    LEFT JOIN entitlements e ON e.site_id = u.site_id AND e.user_id = u.id
    LEFT JOIN application_roles r ON r.site_id = e.site_id AND r.id = e.role_id
    WHERE u.site_id = $1 AND u.user_name_key = $2 AND u.deleted_at IS NULL`,
  page: `${USER} WHERE u.site_id = $1 AND u.id > $2 AND u.deleted_at IS NULL ORDER BY u.id LIMIT 100`,
  'large-page': `${USER} WHERE u.site_id = $1 AND u.id > $2 AND u.deleted_at IS NULL ORDER BY u.id LIMIT 1000`,
};

const INSERT = `INSERT INTO users (site_id, id, user_name, user_name_key, document, folded) VALUES ($1, $2, $3, $3, $4, $4)`;

async function textOf(request: IncomingMessage): Promise<string> {
  const pieces: Buffer[] = [];
  for await (const piece of request) pieces.push(piece as Buffer);
  return Buffer.concat(pieces).toString();
}

async function answer(request: IncomingMessage): Promise<string> {
  const [, name = '', key = ''] = (request.url ?? '').split('/');
  const value = decodeURIComponent(key);
  if (request.method === 'POST') {
    const text = await textOf(request);
    await pool.query({ name: 'insert', text: INSERT, values: [siteId, v7(), value, text] });
    return text;
  }
  const { rows } = await pool.query<string[]>({
    name,
    text: READS[name] ?? '',
    values: [siteId, value],
    rowMode: 'array',
  } as pg.QueryArrayConfig);
  if (rows.length === 0) throw new Error(`nothing found for ${request.url}`);
  return name.endsWith('page') ? `[${rows.map(([document]) => document).join(',')}]` : (rows[0]?.[0] ?? '');
}

const server = createServer((request, response) => {
  answer(request).then(
    (body) => {
      const length = Buffer.byteLength(body);
      response.writeHead(200, { 'content-type': 'application/scim+json', 'content-length': length }).end(body);
    },
    (error: unknown) => response.writeHead(500).end(String(error)),
  );
});

server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  process.send?.({ port: typeof address === 'object' ? address?.port : undefined });
});

// Nothing here is worth an orderly end; without the bench there is nobody left to serve.
process.once('disconnect', () => process.exit(0));
