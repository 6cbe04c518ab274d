import { z } from 'zod';
import { problem } from '../shared/schemas.js';

export const TAG = 'Connections';
export const params = z.strictObject({ connection: z.string().describe('The id or the name of a connection.') });
export const OF_CONNECTION = [
  problem(404, 'connection.not-found', 'There is no such connection.'),
  problem(400, 'connection.is-google', 'It reads Google Workspace, which has settings of its own and no tokens.'),
];
