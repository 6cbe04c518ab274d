import { notFound } from '../http/answer.ts';
import type { JsonObject } from '../state/json.ts';
import { requireCustomer } from './customer.ts';
import { etagOf } from './etag.ts';
import type { Route } from './route.ts';

const CUSTOMER = '/admin/directory/v1/customer/{customerId}';

/** What there is about the customer itself: its record, domains, domain aliases and custom schemas. */
export const customerRoutes: readonly Route[] = [
  {
    api: 'customers.get',
    method: 'GET',
    path: '/admin/directory/v1/customers/{customerId}',
    area: 'customers',
    answer(request, world) {
      const { directory } = world;
      requireCustomer(request.params.customerId ?? '', request, world);
      const object: JsonObject = {
        kind: 'admin#directory#customer',
        id: directory.customerId,
        etag: etagOf(directory.customerId, directory.customerId, 1),
        customerDomain: directory.primaryDomain,
        alternateEmail: 'owner@home.test',
        customerCreationTime: new Date(directory.customerCreated).toISOString(),
        language: 'en',
        phoneNumber: '',
        postalAddress: { countryCode: 'GB', organizationName: 'Example' },
      };
      return { object };
    },
  },
  {
    api: 'domains.list',
    method: 'GET',
    path: `${CUSTOMER}/domains`,
    area: 'domains',
    answer(request, world) {
      const { directory } = world;
      requireCustomer(request.params.customerId ?? '', request, world);
      const items = directory.domains.map(({ name, primary, aliases, creationTime }) => ({
        kind: 'admin#directory#domain',
        etag: etagOf(directory.customerId, name, 1),
        domainName: name,
        isPrimary: primary,
        verified: true,
        creationTime: String(creationTime),
        ...(aliases.length > 0 && { domainAliases: aliases.map((alias) => aliasJson(alias, name, creationTime)) }),
      }));
      return { list: { kind: 'admin#directory#domains', collection: 'domains', items, next: undefined } };
    },
  },
  {
    api: 'domainAliases.list',
    method: 'GET',
    path: `${CUSTOMER}/domainaliases`,
    area: 'domains',
    answer(request, world) {
      requireCustomer(request.params.customerId ?? '', request, world);
      const parent = request.query.get('parentDomainName');
      const items = world.directory.domains
        .filter(({ name }) => parent === null || name === parent)
        .flatMap(({ name, aliases, creationTime }) => aliases.map((alias) => aliasJson(alias, name, creationTime)));
      return { list: { kind: 'admin#directory#domainAliases', collection: 'domainAliases', items, next: undefined } };
    },
  },
  {
    api: 'schemas.list',
    method: 'GET',
    path: `${CUSTOMER}/schemas`,
    area: 'schemas',
    answer(request, world) {
      requireCustomer(request.params.customerId ?? '', request, world);
      const items = world.directory.schemas;
      return { list: { kind: 'admin#directory#schemas', collection: 'schemas', items, next: undefined } };
    },
  },
  {
    api: 'schemas.get',
    method: 'GET',
    path: `${CUSTOMER}/schemas/{schemaKey}`,
    area: 'schemas',
    answer(request, world) {
      requireCustomer(request.params.customerId ?? '', request, world);
      const key = request.params.schemaKey;
      const object = world.directory.schemas.find(({ schemaId, schemaName }) => schemaId === key || schemaName === key);
      if (object === undefined) throw notFound('schemaKey');
      return { object };
    },
  },
];

function aliasJson(alias: string, domain: string, creationTime: number): JsonObject {
  return {
    kind: 'admin#directory#domainAlias',
    domainAliasName: alias,
    parentDomainName: domain,
    verified: true,
    creationTime: String(creationTime),
  };
}
