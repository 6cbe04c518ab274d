import type { ObjectRows, Reader, Wanted } from '../../directory/index.js';
import type { FilterColumns } from '../filter/index.js';
import type { ScimContext } from '../request.js';
import type { Projection, ResourceType } from '../schema/index.js';

/** A resource as it stands in a list: JSON text, in pieces where it is long. */
export type ShownText = string | AsyncIterable<string>;

export interface Shown {
  readonly id: string;
  readonly text: ShownText;
}

/** How the resources of one type are found and shown. Their ids are the order in which they were made. */
export interface ListSource {
  readonly type: ResourceType;
  /** How the attributes lie in `rows`. */
  columns(context: ScimContext): FilterColumns;
  rows(reader: Reader): ObjectRows;
  /** How many there are, without a look at them. */
  countAll(reader: Reader): Promise<number>;
  /** In the order of `wanted`; named ones that are gone are left out. */
  show(wanted: Wanted, projection: Projection, context: ScimContext): Promise<readonly Shown[]>;
}
