import { LRUCache } from 'lru-cache';
import { ScimError } from '../errors.js';
import type { ScimContext, ScimLimits, ScimRequest, ScimResponse } from '../request.js';
import { publishedTypes } from '../resources/index.js';
import { allTypes, type JsonObject, type ResourceType, type ResourceTypes } from '../schema/index.js';
import { type CoreAnswers, renderCoreAnswers } from './core-answers.js';
import {
  correctedConfig,
  correctedResourceTypes,
  correctedSchemas,
  discoveryList,
  type Offer,
  type TokenEndpoint,
} from './corrected-answers.js';

export type DiscoveryRequest = Pick<ScimRequest, 'method' | 'path' | 'query'>;

/** ServiceProviderConfig, ResourceTypes and Schemas (RFC 7644 section 4), which need no token. */
export interface Discovery {
  /** Whether a path below the base URL is a discovery endpoint's. */
  owns(path: string): boolean;
  /**
   * The answer to GET and HEAD. @throws ScimError 403 for a filter, 404 for an unknown path, 405 for other methods
   */
  handle(request: DiscoveryRequest, context: Pick<ScimContext, 'connection' | 'baseUrl'>): Promise<ScimResponse>;
}

export interface DiscoveryDependencies {
  readonly limits: ScimLimits;
  /** How long a cursor can be used. */
  readonly cursorTimeoutSeconds: number;
  /** The keys of a site's applications, which are the types of its roles. */
  readonly applicationKeys: (siteId: number) => Promise<readonly string[]>;
  readonly types: ResourceTypes;
  /** Where the connection's token endpoint is; undefined where it has no clients. */
  readonly tokenEndpointOf: (connectionKey: string) => Promise<TokenEndpoint | undefined>;
}

const ENDPOINTS = /^\/(?:ServiceProviderConfig|ResourceTypes|Schemas)(?:\/|$)/;

/** A connection's answers are about 60 kB. */
const CONNECTIONS_REMEMBERED = 200;

/** Answers by path in lower case of the URN: RFC 7643 compares schema URIs without regard to case. */
type Answers = ReadonlyMap<string, string>;

/** The discovery endpoints. SCIMMY renders them once; what a client sends is only looked up here. */
export function createDiscovery(dependencies: DiscoveryDependencies): Discovery {
  const { limits, cursorTimeoutSeconds, applicationKeys, types, tokenEndpointOf } = dependencies;
  const core = renderCoreAnswers();
  // Whoever asks hears of it; without a request it would end the process.
  core.catch(() => undefined);
  const remembered = new LRUCache<string, Answers>({ max: CONNECTIONS_REMEMBERED });

  const answersFor = async (offer: Offer): Promise<Answers> => {
    const key = JSON.stringify(offer);
    let answers = remembered.get(key);
    if (answers === undefined) {
      const offered = [...allTypes(types), ...publishedTypes(offer).map(({ type }) => type)];
      answers = renderAnswers(await core, limits, offered, offer);
      remembered.set(key, answers);
    }
    return answers;
  };

  return {
    owns: (path) => ENDPOINTS.test(path),
    async handle({ method, path, query }, { connection, baseUrl }) {
      const { passwords, roles, siteId } = connection;
      const answers = await answersFor({
        baseUrl,
        changesPasswords: passwords === 'store',
        cursorTimeoutSeconds,
        roles,
        tokenEndpoint: await tokenEndpointOf(connection.key),
        applicationKeys: roles === 'draft' ? await applicationKeys(siteId) : [],
      });
      const body = answers.get(lookupKey(path));
      if (body === undefined) throw new ScimError(404, undefined, `There is no ${path.slice(0, 200)}.`);
      if (method !== 'GET' && method !== 'HEAD') {
        const detail = `${method} is not possible here: what discovery tells cannot be changed.`;
        throw new ScimError(405, undefined, detail, { allow: 'GET, HEAD' });
      }
      if (query.has('filter')) {
        throw new ScimError(403, undefined, 'Discovery endpoints take no filter (RFC 7644 section 4).');
      }
      return { status: 200, headers: {}, body };
    },
  };
}

function lookupKey(path: string): string {
  return path.startsWith('/Schemas/') ? `/Schemas/${path.slice('/Schemas/'.length).toLowerCase()}` : path;
}

function renderAnswers(
  core: CoreAnswers,
  limits: ScimLimits,
  types: readonly ResourceType[],
  offer: Offer,
): ReadonlyMap<string, string> {
  const resourceTypes = correctedResourceTypes(core, types, offer);
  const schemas = correctedSchemas(core, types, offer);
  const answers = new Map<string, JsonObject>([
    ['/ServiceProviderConfig', correctedConfig(core, limits, offer)],
    ['/ResourceTypes', discoveryList(resourceTypes)],
    ['/Schemas', discoveryList(schemas)],
    ...resourceTypes.map((type) => [`/ResourceTypes/${type.id}`, type] as const),
    ...schemas.map((schema) => [lookupKey(`/Schemas/${schema.id}`), schema] as const),
  ]);
  return new Map([...answers].map(([path, answer]) => [path, JSON.stringify(answer)]));
}
