import pg from 'pg';

/** Where the workers find the server and the template; set by the global set-up. */
export const SERVER_URL = 'ROLLCALL_TEST_SERVER_URL';
export const TEMPLATE = 'ROLLCALL_TEST_TEMPLATE';

export function withDatabase(serverUrl: string, name: string): string {
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  return url.href;
}

/** One statement on the server's own database: CREATE and DROP DATABASE run in no transaction. */
export async function onServer(serverUrl: string, text: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: serverUrl });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(text)).rows;
  } finally {
    await client.end();
  }
}
