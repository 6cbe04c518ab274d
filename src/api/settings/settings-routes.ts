import { z } from 'zod';
import { domainView, proveDomain } from '../../administration/index.js';
import { addDomain, findSite, listDomains } from '../../directory/index.js';
import { type PageLimits, pageOfAll, pageQuery, pageSchema } from '../paging.js';
import { type Route, route } from '../route.js';
import { moment, nothing, problem } from '../shared/schemas.js';

const TAG = 'Site and domains';

const domain = z
  .strictObject({
    name: z.string(),
    challenge: z.string(),
    record: z.string().describe('The TXT record that proves it.'),
    verifiedAt: moment.nullable(),
    verifiedBy: z.enum(['dns', 'operator']).nullable(),
  })
  .meta({ title: 'Domain' });

/** The site that the token is of, and its e-mail domains. */
export function settingsRoutes({ limits }: { readonly limits: PageLimits }): Route[] {
  return [
    route({
      method: 'GET',
      path: '/site',
      id: 'getSite',
      tag: TAG,
      summary: 'The site that the token is of',
      description: 'Sites are made by the operator on the command line.',
      permission: 'settings:read',
      log: null,
      params: nothing,
      query: nothing,
      body: null,
      output: z.strictObject({ id: z.int(), key: z.string(), name: z.string(), createdAt: moment }),
      status: 200,
      problems: [],
      run: (_, { administration: { database, site } }) => findSite(database, site.key),
    }),

    route({
      method: 'GET',
      path: '/domains',
      id: 'listDomains',
      tag: TAG,
      summary: 'The e-mail domains of the site',
      description: 'In the order of their names.',
      permission: 'settings:read',
      log: null,
      params: nothing,
      query: z.strictObject(pageQuery(limits)),
      body: null,
      output: pageSchema(domain),
      status: 200,
      problems: [],
      async run({ query }, { administration }) {
        const all = await listDomains(administration.database, administration.site.id);
        return pageOfAll(administration, { list: ['domains'], query }, all.map(domainView), ({ name }) => name);
      },
    }),

    route({
      method: 'POST',
      path: '/domains',
      id: 'addDomain',
      tag: TAG,
      summary: 'Claim an e-mail domain for the site',
      description: 'It counts once it is proved.',
      permission: 'settings:write',
      log: 'domain.add',
      params: nothing,
      query: nothing,
      body: z.strictObject({ name: z.string().max(253).describe('Such as example.com.') }),
      output: domain,
      status: 201,
      problems: [
        problem(400, 'domain.invalid-name', 'It is no domain name.'),
        problem(409, 'domain.exists', 'The site has it already.'),
      ],
      async run({ body: { name } }, { administration: { change, actor } }) {
        const added = await change.run(actor, { action: 'domain.add', objectType: 'Domain' }, () =>
          addDomain(actor, name),
        );
        return domainView(added);
      },
    }),

    route({
      method: 'POST',
      path: '/domains/{domain}/verify',
      id: 'verifyDomain',
      tag: TAG,
      summary: 'Prove a domain by its TXT record',
      description: "By the operator's word a domain is proved on the command line alone.",
      permission: 'settings:write',
      log: 'domain.verify',
      params: z.strictObject({ domain: z.string().describe('Its name.') }),
      query: nothing,
      body: nothing,
      output: domain,
      status: 200,
      problems: [
        problem(400, 'domain.record-not-found', 'The record is not there; the message says what is.'),
        problem(404, 'domain.not-found', 'The site has not claimed it.'),
        problem(409, 'domain.of-another-site', 'Another site has proved it.'),
        problem(503, 'domain.dns-failed', 'The records cannot be read; Retry-After says when to come again.'),
      ],
      run: async ({ params }, { administration }) =>
        domainView(await proveDomain(administration, params.domain, 'dns')),
    }),
  ];
}
