import type { Pool } from './person.js';

/** Seats in use while they are given out. A licence that is not among the pools has no limit. */
export class SeatCounter {
  readonly used = new Map<string, number>();
  private readonly pools: ReadonlyMap<string, Pool>;

  constructor(pools: readonly Pool[]) {
    this.pools = new Map(pools.map((pool) => [pool.licenceId, pool]));
    for (const pool of pools) this.used.set(pool.licenceId, pool.used);
  }

  /** Whether somebody may come in; where the policy is `allow`, beyond the limit as well. */
  hasRoom(licenceId: string | undefined): boolean {
    const pool = this.pool(licenceId);
    return pool === undefined || pool.policy === 'allow' || (this.used.get(pool.licenceId) ?? 0) < pool.seats;
  }

  pool(licenceId: string | undefined): Pool | undefined {
    return licenceId === undefined ? undefined : this.pools.get(licenceId);
  }

  enter(licenceId: string | undefined): void {
    this.add(licenceId, 1);
  }

  leave(licenceId: string | undefined): void {
    this.add(licenceId, -1);
  }

  private add(licenceId: string | undefined, difference: number): void {
    if (licenceId === undefined || !this.pools.has(licenceId)) return;
    this.used.set(licenceId, (this.used.get(licenceId) ?? 0) + difference);
  }
}
