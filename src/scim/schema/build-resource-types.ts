import { z } from 'zod';
import { RollcallError } from '../../errors/index.js';
import { COMMON } from './common-attributes.js';
import { compileResourceType, compileSchema, type SchemaDefinition } from './compile-schema.js';
import { ENTERPRISE_USER, GROUP, USER } from './core-schemas.js';
import type { ResourceTypes } from './resource-types.js';
import type { ResourceType, Schema } from './types.js';

/** A file as it was parsed. */
export interface SchemaFile {
  readonly name: string;
  readonly content: unknown;
}

/** Section 6; `endpoint` and `schema` go without saying where a built-in type gets extensions. */
const typeDocument = z.looseObject({
  name: z.string().regex(/^[A-Z][A-Za-z0-9]{0,63}$/, 'must be a word that begins with a capital letter'),
  description: z.string().optional(),
  endpoint: z
    .string()
    .regex(/^\/[A-Za-z][A-Za-z0-9-]{0,63}$/, 'must be a slash and a word, such as /Devices')
    .optional(),
  schema: z.string().optional(),
  schemaExtensions: z.array(z.looseObject({ schema: z.string(), required: z.boolean().default(false) })).default([]),
});

/** Section 7; what its attributes must be, compileSchema checks. */
const schemaDocument = z.looseObject({
  id: z.string(),
  name: z.string().optional(),
  description: z.string().optional(),
  attributes: z.array(z.looseObject({ name: z.string() })),
});

/** A schema with what it says of attributes that every resource has (RFC 7643 section 3.1) and that are the server's. */
interface Loaded {
  readonly schema: Schema;
  readonly file: string;
  readonly common: readonly string[];
}

/** Finds a schema, for itself or as an extension. @throws RollcallError `schema.invalid` */
type Find = (urn: string, file: string, role: 'base' | 'extension') => Schema;

type TypeDocument = z.output<typeof typeDocument> & { readonly file: string };

/** Paths below a base URL that are the protocol's, and those that discovery and licensing serve. */
const RESERVED_ENDPOINTS: ReadonlySet<string> = new Set(
  ['Users', 'Groups', 'Bulk', 'Me', 'Schemas', 'ResourceTypes', 'ServiceProviderConfig']
    .concat(['Roles', 'Entitlements', 'Licenses'])
    .map((name) => `/${name.toLowerCase()}`),
);
const RESERVED_NAMES: ReadonlySet<string> = new Set(
  ['Schema', 'ResourceType', 'ServiceProviderConfig', 'Role', 'Entitlement', 'License'].map(lower),
);
/** As `/Schemas/{id}` and paths can name it, with a name and a sub-attribute behind it. */
const SCHEMA_URN = /^urn:[a-z0-9][a-z0-9-]{0,31}:[a-z0-9._:-]{1,160}$/i;
/** URNs that are the RFC's own. An operator's may stand beside them. */
const RESERVED_URNS = /^urn:ietf:params:scim:(?:api:|schemas:core:|schemas:extension:enterprise:)/i;

/**
 * Checks documents together and makes resource types of them.
 * @throws RollcallError misconfigured `schema.invalid`, naming the file and what is wrong in it
 */
export function buildResourceTypes(files: readonly SchemaFile[]): ResourceTypes {
  const schemas = new Map<string, Loaded>();
  const documents: TypeDocument[] = [];
  for (const { name: file, content } of files) {
    for (const document of Array.isArray(content) ? content : [content]) {
      if (isSchema(document)) addSchema(schemas, document, file);
      else documents.push({ ...parsed(typeDocument, document, file), file });
    }
  }
  const used = new Set<Schema>();
  const find: Find = (urn, file, role) => {
    if (lower(urn) === lower(ENTERPRISE_USER.id)) return ENTERPRISE_USER;
    const found = schemas.get(lower(urn));
    if (found === undefined) throw invalid(file, `there is no schema ${urn}; a file must hold it`);
    const [common] = found.common;
    if (role === 'extension' && common !== undefined) {
      throw invalid(found.file, `${urn}:${common} is the name of an attribute that every resource has; choose another`);
    }
    used.add(found.schema);
    return found.schema;
  };
  const types = assemble(documents, find);
  for (const { schema, file } of schemas.values()) {
    if (!used.has(schema)) throw invalid(file, `no resource type uses the schema ${schema.id}; name it in one`);
  }
  return types;
}

function assemble(documents: readonly TypeDocument[], find: Find): ResourceTypes {
  const types: { user: ResourceType; group: ResourceType; others: ResourceType[] } = {
    user: USER,
    group: GROUP,
    others: [],
  };
  for (const document of documents) {
    if (lower(document.name) === 'user') types.user = extended(types.user, document, find);
    else if (lower(document.name) === 'group') types.group = extended(types.group, document, find);
    else types.others.push(created(types.others, document, find));
  }
  return types;
}

function extended(type: ResourceType, document: TypeDocument, find: Find): ResourceType {
  const { file, schemaExtensions } = document;
  if (schemaExtensions.length === 0) throw invalid(file, `schemaExtensions must name what ${type.name} is extended by`);
  if (
    (document.endpoint ?? type.endpoint) !== type.endpoint ||
    lower(document.schema ?? '') !== lower(document.schema === undefined ? '' : type.schema.id)
  ) {
    throw invalid(file, `endpoint and schema of ${type.name} cannot be changed; leave them out`);
  }
  const added = schemaExtensions
    .map(({ schema, required }) => ({ schema: find(schema, file, 'extension'), required }))
    .filter(({ schema }) => schema !== ENTERPRISE_USER);
  return inFile(file, () => compileResourceType({ ...type, extensions: [...type.extensions, ...added] }));
}

function created(others: readonly ResourceType[], document: TypeDocument, find: Find): ResourceType {
  const { file, name, endpoint = `/${name}s`, schemaExtensions } = document;
  if (document.schema === undefined) throw invalid(file, `${name} needs a schema`);
  if (RESERVED_NAMES.has(lower(name)) || others.some((other) => lower(other.name) === lower(name))) {
    throw invalid(file, `there is a resource type ${name} already`);
  }
  if (RESERVED_ENDPOINTS.has(lower(endpoint)) || others.some((other) => lower(other.endpoint) === lower(endpoint))) {
    throw invalid(file, `the endpoint ${endpoint} is taken`);
  }
  return inFile(file, () =>
    compileResourceType({
      name,
      description: document.description ?? name,
      endpoint,
      schema: find(document.schema ?? '', file, 'base'),
      extensions: schemaExtensions.map(({ schema, required }) => ({
        schema: find(schema, file, 'extension'),
        required,
      })),
    }),
  );
}

function addSchema(schemas: Map<string, Loaded>, document: unknown, file: string): void {
  // compileSchema checks the attributes, whose shape zod has not looked at.
  const definition = parsed(schemaDocument, document, file) as SchemaDefinition;
  if (!SCHEMA_URN.test(definition.id)) {
    throw invalid(
      file,
      `the id ${definition.id.slice(0, 200)} must be a URN such as urn:example:scim:schemas:badge:1.0:User`,
    );
  }
  if (RESERVED_URNS.test(definition.id)) throw invalid(file, `${definition.id} is a URN of the RFC; choose another`);
  const known = schemas.get(lower(definition.id));
  if (known !== undefined) throw invalid(file, `${definition.id} stands in ${known.file} too`);
  const schema = inFile(file, () => compileSchema(definition));
  if (schema.attributes.size === 0) throw invalid(file, `${schema.id} has no attributes`);
  const common = definition.attributes.map(({ name }) => name).filter((name) => COMMON.has(lower(name)));
  schemas.set(lower(schema.id), { schema, file, common });
}

/** A ResourceType has an endpoint or extensions and never `attributes`. */
function isSchema(document: unknown): boolean {
  return typeof document === 'object' && document !== null && 'attributes' in document;
}

function parsed<Output>(schema: z.ZodType<Output>, document: unknown, file: string): Output {
  const result = schema.safeParse(document);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const where = issue === undefined || issue.path.length === 0 ? 'the document' : issue.path.join('.');
  throw invalid(file, `${where}: ${issue?.message ?? 'is wrong'}`);
}

function inFile<Result>(file: string, work: () => Result): Result {
  try {
    return work();
  } catch (error) {
    if (error instanceof RollcallError && error.code === 'schema.invalid') throw invalid(file, error.message);
    throw error;
  }
}

function invalid(file: string, why: string): RollcallError {
  return new RollcallError(
    'misconfigured',
    'schema.invalid',
    `The schema file ${file} is wrong: ${why.replace(/\.$/, '')}.`,
  );
}

function lower(text: string): string {
  return text.toLowerCase();
}
