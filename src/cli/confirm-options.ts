import type { Command } from 'commander';

/** How it is confirmed that people lose access. */
export interface ConfirmOptions {
  readonly yes?: boolean;
  readonly confirm?: string;
}

/** Adds --yes and --confirm. */
export function withConfirmation(command: Command): Command {
  return command
    .option('--yes', 'do it whatever access people lose; without it the command names them and changes nothing')
    .option('--confirm <hash>', 'do it if people lose exactly what was shown with this hash');
}

export function confirmationOf({ yes, confirm }: ConfirmOptions): string | undefined {
  return yes === true ? 'any' : confirm;
}
