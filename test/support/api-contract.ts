import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import type { Answer } from './scim-server.js';

interface Response {
  readonly description: string;
  readonly headers?: Readonly<Record<string, unknown>>;
  readonly content?: Readonly<Record<string, { readonly schema: object }>>;
}

export interface OpenApi {
  readonly paths: Readonly<
    Record<string, Readonly<Record<string, { readonly responses: Readonly<Record<string, Response>> }>>>
  >;
  readonly components: { readonly schemas: { readonly Problem: object } & Readonly<Record<string, object>> };
}

/** Throws where an answer is not what the OpenAPI document says of its address. */
export type Contract = (method: string, path: string, answer: Answer) => void;

/** Holds answers to the document that the server itself gives. */
export function createContract(document: OpenApi): Contract {
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  // Its types are those of a module whose default export is the module.
  (addFormats as unknown as (to: Ajv2020) => void)(ajv);
  const validators = new Map<object, ValidateFunction>();
  const validate = (schema: object, body: unknown): string | undefined => {
    // A reference is from the root of what is compiled.
    const validator = validators.get(schema) ?? ajv.compile({ ...schema, components: document.components });
    validators.set(schema, validator);
    return validator(body) ? undefined : ajv.errorsText(validator.errors);
  };
  const places = Object.entries(document.paths).map(([path, operations]) => ({ pattern: patternOf(path), operations }));

  return (method, path, { status, headers, body, text }) => {
    const wrong = (what: string) => new Error(`${method} ${path}, ${status}: ${what}\n${text.slice(0, 2000)}`);
    const type = headers.get('content-type');
    const pathname = path.split('?', 1)[0] ?? '';
    const place = places.find(({ pattern }) => pattern.test(pathname));
    const operation = place?.operations[method === 'HEAD' ? 'get' : method.toLowerCase()];
    if (status >= 400) {
      if (type !== 'application/problem+json') throw wrong(`an error is a ${type}`);
      if (method === 'HEAD') return;
      const problem = validate(document.components.schemas.Problem, body);
      if (problem !== undefined) throw wrong(problem);
      if (body.status !== status) throw wrong(`the body says ${body.status}`);
      if (body.correlationId !== headers.get('x-request-id')) throw wrong('another correlation id');
      if (operation === undefined) return;
      if (!operation.responses[status]?.description.includes(`\`${body.code}\``)) {
        throw wrong(`${body.code} is not described`);
      }
      return;
    }
    if (operation === undefined) throw wrong('it is answered and not declared');
    const declared = operation.responses[status];
    if (declared === undefined) throw wrong('the status is not declared');
    if (declared.headers?.ETag !== undefined && headers.get('etag') === null) throw wrong('there is no ETag');
    if (method === 'HEAD') return;
    const schema = declared.content?.['application/json']?.schema;
    if (schema === undefined) {
      if (text !== '') throw wrong('it has a body');
      return;
    }
    if (type !== 'application/json') throw wrong(`it is a ${type}`);
    const mistake = validate(schema, body);
    if (mistake !== undefined) throw wrong(mistake);
  };
}

function patternOf(path: string): RegExp {
  return new RegExp(`^/api/v1${path.replaceAll('.', '\\.').replaceAll(/\{[^}]+\}/g, '[^/]+')}$`);
}
