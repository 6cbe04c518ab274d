import { ScimError, type ScimType } from '../errors.js';

/** Which operation of the request is at work, as it is named to the client. */
export interface OperationLabel {
  /** Zero-based position in `Operations`. */
  readonly index: number;
  readonly op: string;
  /** The path, or the key of a path-less value, as sent. */
  readonly path: string | undefined;
}

/** Long paths (a filter over many ids) would drown the reason. */
const LONGEST_SHOWN_PATH = 100;

/** `Operations[1] replace name.givenName: `, so that a client with twenty operations finds the one at fault. */
function prefix(label: OperationLabel): string {
  const { index, op, path } = label;
  if (path === undefined) {
    return `Operations[${index}] ${op}: `;
  }
  const shown = path.length > LONGEST_SHOWN_PATH ? `${path.slice(0, LONGEST_SHOWN_PATH)}…` : path;
  return `Operations[${index}] ${op} ${shown}: `;
}

/** The 400 of one operation (RFC 7644 section 3.12 table 9). */
export function operationError(label: OperationLabel, scimType: ScimType, detail: string): ScimError {
  return new ScimError(400, scimType, prefix(label) + detail);
}

/** Runs a step of one operation; a ScimError from the schema or filter room leaves with the operation named first. */
export function inOperation<Result>(label: OperationLabel, step: () => Result): Result {
  try {
    return step();
  } catch (error) {
    if (!(error instanceof ScimError) || error.detail.startsWith('Operations[')) {
      throw error;
    }
    throw new ScimError(error.status, error.scimType, prefix(label) + error.detail, error.headers, { cause: error });
  }
}
