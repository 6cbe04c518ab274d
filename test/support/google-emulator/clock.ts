/** The emulator's time, in milliseconds since 1970. It runs on from wherever it was set. */
export interface Clock {
  now(): number;
  set(to: Date | string | number): void;
  /** Moves the time on; a negative number moves it back. */
  advance(milliseconds: number): void;
}

export function createClock(): Clock {
  let offset = 0;
  return {
    now: () => Date.now() + offset,
    set(to) {
      const wanted = new Date(to).getTime();
      if (Number.isNaN(wanted)) throw new Error(`${String(to)} is no time: use RFC 3339 or milliseconds since 1970`);
      offset = wanted - Date.now();
    },
    advance(milliseconds) {
      offset += milliseconds;
    },
  };
}
