import { listConnections } from './connections/index.js';
import { DEFAULT_SITE, findSite } from './directory/index.js';
import type { Services } from './services.js';

/** What to do next, as long as the default site has no connection; undefined afterwards. */
export async function firstStartAdvice({ config, database }: Services): Promise<string | undefined> {
  const site = await findSite(database, DEFAULT_SITE);
  if ((await listConnections(database, site.id)).length > 0) return undefined;
  const { publicUrl } = config.server;
  return `
Rollcall runs at ${publicUrl} and nobody is connected yet. Next:

1. Make a connection for your identity provider. Its token is shown once:
   npm run -s rollcall -- connection create --name okta --type scim --profile generic

2. Give the identity provider that token and the SCIM base URL, which the command prints too:
   ${publicUrl}/scim/v2/{connectionKey}

3. See that it works, here with no users yet:
   curl -H "Authorization: Bearer {token}" "${publicUrl}/scim/v2/{connectionKey}/Users"

`;
}
