import { collectDefaultMetrics, Histogram, type Registry } from 'prom-client';

export type ObserveRequest = (method: string, route: string, status: number, milliseconds: number) => void;

export interface RequestMetrics {
  readonly observe: ObserveRequest;
  readonly contentType: string;
  /** In Prometheus' text format. */
  text(): Promise<string>;
}

const METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);

/** The process' own metrics and how long requests took, by route; beside what others have put into the registry. */
export function createRequestMetrics(registry: Registry): RequestMetrics {
  collectDefaultMetrics({ register: registry });
  const duration = new Histogram({
    name: 'rollcall_http_request_duration_seconds',
    help: 'Time until an answer was handed over, by route, method and status.',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10],
    registers: [registry],
  });
  // Finding a label's child by its values again costs as much as the observation.
  const children = new Map<string, { observe(seconds: number): void }>();
  return {
    observe(sentMethod, route, status, milliseconds) {
      const method = METHODS.has(sentMethod) ? sentMethod : 'other';
      const key = `${method} ${route} ${status}`;
      let child = children.get(key);
      if (child === undefined) {
        child = duration.labels(method, route, String(status));
        children.set(key, child);
      }
      child.observe(milliseconds / 1000);
    },
    contentType: registry.contentType,
    text: () => registry.metrics(),
  };
}
