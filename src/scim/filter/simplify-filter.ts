import type { BoundComparison, BoundFilter } from './bound-filter.js';
import { compareValues } from './compare-values.js';

/**
 * Works out what a filter says of a resource type as such: of its `meta.resourceType`, and of attributes that it does
 * not define (RFC 7644 section 3.4.2.1). A filter that no resource of the type can meet becomes the constant false.
 */
export function simplifyFilter(filter: BoundFilter, resourceType: string): BoundFilter {
  switch (filter.kind) {
    case 'and':
    case 'or':
      return simplifyJoined(
        filter.kind,
        filter.filters.map((part) => simplifyFilter(part, resourceType)),
      );
    case 'not': {
      const inner = simplifyFilter(filter.filter, resourceType);
      return inner.kind === 'constant' ? constant(!inner.value) : { kind: 'not', filter: inner };
    }
    case 'element': {
      const inner = simplifyFilter(filter.filter, resourceType);
      if (inner.kind !== 'constant') return { ...filter, filter: inner };
      return inner.value ? { kind: 'present', path: filter.path } : inner;
    }
    case 'compare':
      return namesType(filter) ? constant(compareValues(filter.operator, resourceType, filter.value)) : filter;
    case 'present':
      return namesType(filter) ? constant(true) : filter;
    case 'constant':
      return filter;
  }
}

function simplifyJoined(kind: 'and' | 'or', filters: readonly BoundFilter[]): BoundFilter {
  const decides = kind === 'or';
  const open = filters.filter((part) => part.kind !== 'constant');
  if (filters.some((part) => part.kind === 'constant' && part.value === decides)) return constant(decides);
  const [only] = open;
  if (only === undefined) return constant(!decides);
  return open.length === 1 ? only : { kind, filters: open };
}

function namesType({ path }: Pick<BoundComparison, 'path'>): boolean {
  const { extension, attribute, subAttribute } = path;
  return extension === undefined && attribute.name === 'meta' && subAttribute?.name === 'resourceType';
}

function constant(value: boolean): BoundFilter {
  return { kind: 'constant', value };
}
