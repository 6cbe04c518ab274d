import type { ClientTraits, Connection } from '../connections/index.js';
import { observeRequest, type SeenRequest } from './profiles/index.js';

/** Has a look at a request of a connection, once it is answered. */
export type ObserveClient = (connection: Connection, request: SeenRequest) => void;

/** Notes what requests show of who sends them, for the suggestion of a profile. */
export function createObserveClient(traits: ClientTraits): ObserveClient {
  return (connection, request) => {
    if (!traits.isCurious(connection)) return;
    // After the answer is on its way.
    setImmediate(() => traits.note(connection, observeRequest(request)));
  };
}
