import { type Command, Option } from 'commander';
import { parseDuration } from './parse-duration.js';

/** How a command that issues a token is told about it. */
export interface TokenOptions {
  readonly scope?: 'read' | 'write';
  readonly expires?: number;
}

/** Adds --scope and --expires. */
export function withTokenOptions(command: Command): Command {
  return command
    .addOption(new Option('--scope <scope>', 'what the token may do').choices(['read', 'write']))
    .option('--expires <duration>', 'when the token expires, such as 90d (default: the setting)', parseDuration);
}
