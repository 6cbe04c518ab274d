import type { JsonObject } from '../state/json.ts';
import { answerFaults } from './answer-faults.ts';
import { directoryFaults } from './directory-faults.ts';
import { eventFaults } from './event-faults.ts';
import type { FaultContext, FaultDefinition, FaultHooks, FaultOptions } from './fault.ts';
import { listFaults } from './list-faults.ts';

const CATALOGUE = { ...listFaults, ...answerFaults, ...directoryFaults, ...eventFaults };
export type FaultName = keyof typeof CATALOGUE;

/** Every fault with what it does and the options that it takes. */
export const faultCatalogue: Readonly<Record<FaultName, Pick<FaultDefinition, 'does' | 'options'>>> = CATALOGUE;

/** A fault that was set. */
export interface SetFault {
  readonly name: FaultName;
  /** The objects that it changed or is about, by id. */
  readonly touched: JsonObject;
  /** Ends it; what it changed in the directory stays. */
  clear(): void;
}

export interface Faults {
  /** @throws Error for a name or an option that does not exist, and where there is nothing to do it to */
  set(name: FaultName, options?: FaultOptions): SetFault;
  clear(): void;
  readonly active: readonly FaultName[];
  /** What is to be asked at each step, in the order in which the faults were set. */
  readonly hooks: readonly FaultHooks[];
}

export function createFaults(context: FaultContext): Faults {
  let active: { readonly name: FaultName; readonly hooks: FaultHooks }[] = [];
  return {
    set(name, options = {}) {
      const definition: FaultDefinition | undefined = CATALOGUE[name];
      if (definition === undefined) throw new Error(`no fault ${name}: there is ${Object.keys(CATALOGUE).join(', ')}`);
      for (const option of Object.keys(options)) {
        if ((definition.options as readonly string[]).includes(option)) continue;
        throw new Error(`the fault ${name} takes no ${option}, but ${definition.options.join(', ') || 'no options'}`);
      }
      const hooks = definition.start(options, context);
      const entry = { name, hooks };
      active.push(entry);
      return {
        name,
        touched: hooks.touched ?? {},
        clear() {
          active = active.filter((one) => one !== entry);
        },
      };
    },
    clear() {
      active = [];
    },
    get active() {
      return active.map(({ name }) => name);
    },
    get hooks() {
      return active.map(({ hooks }) => hooks);
    },
  };
}
