import SCIMMY from 'scimmy';
import { SCIMMYRouters } from 'scimmy-routers';
import type { JsonObject } from '../schema/index.js';

/** What SCIMMY says about the core schemas, before it is corrected. */
export interface CoreAnswers {
  readonly serviceProviderConfig: JsonObject;
  readonly resourceTypes: JsonObject;
  readonly schemas: JsonObject;
}

type SchemaClass = typeof SCIMMY.Types.Schema;

/**
 * Renders the discovery answers of SCIMMYRouters, in this process and without a socket. No client's text ever comes
 * near it: the three paths are these constants, the query is empty. SCIMMY keeps its base URL for the whole process,
 * so that the answers have none; `meta` is laid over them.
 */
export async function renderCoreAnswers(): Promise<CoreAnswers> {
  declareOnce('User', '/Users', SCIMMY.Schemas.User, SCIMMY.Schemas.EnterpriseUser);
  declareOnce('Group', '/Groups', SCIMMY.Schemas.Group);
  const routers = new SCIMMYRouters({ type: 'bearer', handler: () => 'discovery' });
  return {
    serviceProviderConfig: await render(routers, '/ServiceProviderConfig'),
    resourceTypes: await render(routers, '/ResourceTypes'),
    schemas: await render(routers, '/Schemas'),
  };
}

/** SCIMMY's declarations are the process's, and it refuses a second one of the same name. */
function declareOnce(name: string, path: string, schema: SchemaClass, extension?: SchemaClass): void {
  if (SCIMMY.Resources.declared(name) !== undefined) return;
  let base: string | undefined;
  class Declared extends SCIMMY.Types.Resource<InstanceType<SchemaClass>> {
    // Handing arguments on would have SCIMMY parse the id and filter of a request.
    // biome-ignore lint/complexity/noUselessConstructor: it drops the arguments
    constructor() {
      super();
    }
    static override get endpoint() {
      return path;
    }
    static override get schema() {
      return schema;
    }
    // SCIMMY's types promise a class or a text, depending on the argument.
    static override basepath(location?: string): never {
      if (location === undefined) return base as never;
      base = `${location}${path}`;
      return Declared as never;
    }
  }
  if (extension !== undefined) Declared.extend(extension, false);
  SCIMMY.Resources.declare(Declared, name);
}

/** The part of a request and an answer that the routers look at. */
function render(routers: SCIMMYRouters, url: string): Promise<JsonObject> {
  return new Promise((resolve, reject) => {
    const request = { method: 'GET', url, originalUrl: url, headers: {}, query: {} };
    const response = {
      statusCode: 200,
      setHeader: () => undefined,
      status(code: number) {
        this.statusCode = code;
        return this;
      },
      send(body: unknown) {
        if (this.statusCode !== 200) reject(new Error(`SCIMMYRouters answers ${url} with ${this.statusCode}`));
        // What SCIMMY describes becomes the RFC's JSON only when it is serialized.
        else resolve(JSON.parse(JSON.stringify(body)));
      },
    };
    // The routers are given an excerpt of what Express would give them.
    routers(request as never, response as never, reject);
  });
}
