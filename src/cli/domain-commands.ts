import { domainView, proveDomain } from '../administration/index.js';
import { addDomain, challengeRecord, listDomains } from '../directory/index.js';
import { fields, table } from './output.js';
import { type Register, type Session, type SiteOptions, siteCommand } from './session.js';

interface VerifyOptions extends SiteOptions {
  readonly trust?: boolean;
}

/** `rollcall domain add | verify | list` */
export const domainCommands: Register = (group, session) => {
  siteCommand(group, 'add', 'claim an e-mail domain for the site')
    .argument('<name>', 'such as example.com')
    .action((name: string, options: SiteOptions) => add(session, name, options));

  siteCommand(group, 'verify', 'prove a domain by its DNS TXT record')
    .argument('<name>')
    .option('--trust', "by the operator's word, without a look at DNS")
    .action((name: string, options: VerifyOptions) => verify(session, name, options));

  siteCommand(group, 'list', 'list the domains of the site').action((options: SiteOptions) =>
    session.answerInSite(options, async ({ database, site }) => {
      const domains = await listDomains(database, site.id);
      const rows = domains.map((domain) => [
        domain.name,
        domain.verifiedAt === null ? 'no' : `by ${domain.verifiedBy}`,
        domain.verifiedAt,
        domain.verifiedAt === null ? challengeRecord(domain) : null,
      ]);
      return {
        json: domains.map(domainView),
        text: () => table(['DOMAIN', 'VERIFIED', 'SINCE', 'TXT RECORD TO SET'], rows, 'The site has no domain.'),
      };
    }),
  );
};

function add(session: Session, name: string, options: SiteOptions): Promise<void> {
  return session.answerInSite(options, async ({ change, actor }) => {
    const request = { action: 'domain.add', objectType: 'Domain' } as const;
    const domain = await change.run(actor, request, () => addDomain(actor, name));
    return {
      json: domainView(domain),
      text: () =>
        `${fields({ Domain: domain.name, 'TXT record': challengeRecord(domain) })}\n\n` +
        `Set this TXT record on ${domain.name}, then: rollcall domain verify ${domain.name}`,
    };
  });
}

function verify(session: Session, name: string, options: VerifyOptions): Promise<void> {
  return session.answerInSite(options, async (services) => {
    const domain = await proveDomain(services, name, options.trust === true ? 'operator' : 'dns');
    return { json: domainView(domain), text: () => `${domain.name} is verified (${domain.verifiedBy}).` };
  });
}
