import type { admin_directory_v1 as directoryApi, admin_reports_v1 as reportsApi } from '@googleapis/admin';
import { z } from 'zod';
import type { Caller } from './create-caller.js';
import { parse, parsePage } from './parse-answers.js';
import type { GoogleActivity, GoogleClient } from './types.js';

interface Dependencies {
  readonly call: Caller;
  readonly directory: directoryApi.Admin;
  readonly reports: reportsApi.Admin;
  readonly customer: string | undefined;
  readonly pageSize: number | undefined;
}

type OtherReads = Pick<
  GoogleClient,
  'listOrgUnits' | 'readCustomer' | 'listDomains' | 'listSchemas' | 'listActivities'
>;

/** The most that the Reports API gives. */
const ACTIVITIES_A_PAGE = 1000;

const orgUnitSchema = z.object({ orgUnitId: z.string(), name: z.string().catch(''), orgUnitPath: z.string().min(1) });
const customerSchema = z.object({ id: z.string().min(1), customerDomain: z.string().catch('') });
const domainSchema = z.object({
  domainName: z.string().min(1),
  isPrimary: z.boolean().catch(false),
  verified: z.boolean().catch(false),
});
const schemaSchema = z.object({
  schemaName: z.string().min(1),
  fields: z
    .array(
      z.object({ fieldName: z.string(), fieldType: z.string().catch('STRING'), multiValued: z.boolean().catch(false) }),
    )
    .catch([]),
});
const parameterSchema = z.object({
  name: z.string().catch(''),
  value: z.string().optional(),
  intValue: z.string().optional(),
  boolValue: z.boolean().optional(),
  multiValue: z.array(z.string()).optional(),
});
const activitySchema = z.object({
  id: z.object({ time: z.string().min(1), uniqueQualifier: z.string().catch('') }),
  events: z
    .array(
      z.object({
        type: z.string().catch(''),
        name: z.string().catch(''),
        parameters: z.array(parameterSchema).catch([]),
      }),
    )
    .catch([]),
});

/** What is read beside users, groups and members, each by a scope of its own that may be missing. */
export function otherReads({ call, directory, reports, customer = 'my_customer', pageSize }: Dependencies): OtherReads {
  return {
    async listOrgUnits(signal) {
      const { items } = await call({
        method: 'orgunits.list',
        scope: 'orgUnits',
        signal,
        send: (how) =>
          directory.orgunits.list(
            {
              customerId: customer,
              type: 'allIncludingParent',
              fields: 'organizationUnits(orgUnitId,name,orgUnitPath)',
            },
            how,
          ),
        parse: (body) =>
          parsePage('orgunits.list', 'organizationUnits', body, (item) => parse('orgunits.list', orgUnitSchema, item)),
      });
      return items.map(({ orgUnitId, name, orgUnitPath }) => ({ id: orgUnitId, name, path: orgUnitPath }));
    },
    async readCustomer(signal) {
      const { id, customerDomain } = await call({
        method: 'customers.get',
        scope: 'customer',
        signal,
        send: (how) => directory.customers.get({ customerKey: customer, fields: 'id,customerDomain' }, how),
        parse: (body) => parse('customers.get', customerSchema, body),
      });
      return { id, domain: customerDomain };
    },
    async listDomains(signal) {
      const { items } = await call({
        method: 'domains.list',
        scope: 'domains',
        signal,
        send: (how) => directory.domains.list({ customer, fields: 'domains(domainName,isPrimary,verified)' }, how),
        parse: (body) =>
          parsePage('domains.list', 'domains', body, (item) => parse('domains.list', domainSchema, item)),
      });
      return items.map(({ domainName, isPrimary, verified }) => ({ name: domainName, isPrimary, verified }));
    },
    async listSchemas(signal) {
      const { items } = await call({
        method: 'schemas.list',
        scope: 'schemas',
        signal,
        send: (how) => directory.schemas.list({ customerId: customer }, how),
        parse: (body) =>
          parsePage('schemas.list', 'schemas', body, (item) => parse('schemas.list', schemaSchema, item)),
      });
      return items.map(({ schemaName, fields }) => ({
        name: schemaName,
        fields: fields.map(({ fieldName, fieldType, multiValued }) => ({
          name: fieldName,
          type: fieldType,
          multiValued,
        })),
      }));
    },
    listActivities: ({ application, startTime, endTime, eventName, pageToken, signal }) =>
      call({
        method: 'activities.list',
        scope: 'reports',
        signal,
        laterPage: pageToken !== undefined,
        send: (how) =>
          reports.activities.list(
            {
              userKey: 'all',
              applicationName: application,
              startTime: startTime.toISOString(),
              maxResults: pageSize ?? ACTIVITIES_A_PAGE,
              fields: 'nextPageToken,items(id(time,uniqueQualifier),events)',
              ...(customer === 'my_customer' ? {} : { customerId: customer }),
              ...(endTime === undefined ? {} : { endTime: endTime.toISOString() }),
              ...(eventName === undefined ? {} : { eventName }),
              ...(pageToken === undefined ? {} : { pageToken }),
            },
            how,
          ),
        parse: (body) => parsePage('activities.list', 'items', body, parseActivity),
      }),
  };
}

function parseActivity(item: unknown): GoogleActivity {
  const { id, events } = parse('activities.list', activitySchema, item);
  return {
    at: id.time,
    uniqueQualifier: id.uniqueQualifier,
    events: events.map(({ type, name, parameters }) => ({
      type,
      name,
      parameters: Object.fromEntries(parameters.map((parameter) => [parameter.name, textOf(parameter)])),
    })),
  };
}

function textOf({ value, intValue, boolValue, multiValue }: z.output<typeof parameterSchema>): string {
  return value ?? intValue ?? (boolValue === undefined ? undefined : String(boolValue)) ?? multiValue?.join(',') ?? '';
}
