import type { Candidate, Person, QueuePosition } from './person.js';
import type { SeatCounter } from './seat-counter.js';
import { assign, type Standing } from './standing.js';

interface Waiting {
  readonly one: Standing;
  readonly position: QueuePosition;
  readonly rank: number;
}

/** The queues of the pools, first come first served. */
export class Queues {
  /** Somebody whom nobody has read might have come before one who was, or might have: see Pool.readUntil. */
  tooShort = false;
  private readonly queues = new Map<string, { entries: Waiting[]; next: number }>();
  private newcomers = 0;

  constructor(
    standings: readonly Standing[],
    private readonly seats: SeatCounter,
  ) {
    for (const one of standings) {
      if (!one.person.eligible) continue;
      for (const place of one.person.places) {
        const candidate = candidateOf(one.person, place.roleId);
        if (candidate !== undefined) this.append(one, candidate, place);
      }
    }
    for (const queue of this.queues.values()) {
      queue.entries.sort((left, right) => inOrder(left.position, right.position));
    }
  }

  /** Somebody who came too late, behind all who wait already. */
  join(one: Standing, candidate: Candidate): void {
    this.newcomers += 1;
    this.append(one, candidate, { since: Number.POSITIVE_INFINITY, sequence: this.newcomers });
  }

  /** Moves people on as long as a seat is free that somebody waits for; moving one up may free another seat. */
  serve(): void {
    let moved = true;
    while (moved) {
      moved = false;
      for (const licenceId of this.queues.keys()) {
        while (this.seats.hasRoom(licenceId)) {
          const entry = this.next(licenceId);
          if (entry === undefined) break;
          if (entry.rank >= entry.one.rank) continue;
          // One seat serves every role of its pool: whoever gets it has the highest of them.
          const highest = entry.one.person.candidates.find((candidate) => candidate.licenceId === licenceId);
          if (highest === undefined) continue;
          assign(entry.one, highest, this.seats);
          moved = true;
        }
      }
    }
  }

  private next(licenceId: string): Waiting | undefined {
    const queue = this.queues.get(licenceId);
    const entry = queue?.entries[queue.next];
    const readUntil = this.seats.pool(licenceId)?.readUntil;
    if (readUntil !== undefined && (entry === undefined || inOrder(entry.position, readUntil) > 0))
      this.tooShort = true;
    if (queue !== undefined && entry !== undefined) queue.next += 1;
    return entry;
  }

  private append(one: Standing, candidate: Candidate, position: QueuePosition): void {
    if (candidate.licenceId === undefined) return;
    const queue = this.queues.get(candidate.licenceId) ?? { entries: [], next: 0 };
    queue.entries.push({ one, position, rank: candidate.rank });
    this.queues.set(candidate.licenceId, queue);
  }
}

function candidateOf(person: Person, roleId: string): Candidate | undefined {
  return person.candidates.find((candidate) => candidate.roleId === roleId);
}

function inOrder(left: QueuePosition, right: QueuePosition): number {
  return left.since === right.since ? left.sequence - right.sequence : left.since - right.since;
}
