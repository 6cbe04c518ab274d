/** A request that the emulator answered. */
export interface LoggedRequest {
  /** RFC 3339, by the emulator's clock. */
  readonly time: string;
  readonly method: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  /** The method of the API, such as `users.list`; `token`, `revoke`, `sts`, `signJwt` … for the endpoints of credentials. */
  readonly api: string | undefined;
  readonly status: number;
  readonly subject: string | undefined;
  readonly serviceAccount: string | undefined;
  readonly milliseconds: number;
  /** Whether it came inside a batch. */
  readonly batch: boolean;
}

export interface RequestLog {
  /** The newest 100,000. */
  readonly requests: readonly LoggedRequest[];
  add(request: LoggedRequest): void;
  /** Remembers that an API request came in now. */
  count(): void;
  /** The most API requests, those refused included, that came in any span of that many milliseconds. */
  peak(span: number): number;
  clear(): void;
}

const KEPT = 100_000;

/** @param now milliseconds of the machine's monotonic clock: a rate is one of real time, whatever the emulator's clock says */
export function createRequestLog(now: () => number = () => performance.now()): RequestLog {
  let requests: LoggedRequest[] = [];
  let arrivals: number[] = [];
  return {
    get requests() {
      return requests;
    },
    add(request) {
      requests.push(request);
      if (requests.length > KEPT * 1.1) requests = requests.slice(-KEPT);
    },
    count() {
      arrivals.push(now());
    },
    peak(span) {
      let highest = 0;
      let first = 0;
      for (const [index, time] of arrivals.entries()) {
        while ((arrivals[first] ?? time) <= time - span) first += 1;
        highest = Math.max(highest, index - first + 1);
      }
      return highest;
    },
    clear() {
      requests = [];
      arrivals = [];
    },
  };
}
