import { z } from 'zod';

export const keyParameter = z.string().describe('The key of the application that the token is of.');

export const userParameter = z
  .string()
  .describe('The id or the userName of a user, percent-encoded; letter case does not matter in a userName.');
