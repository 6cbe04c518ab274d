import type { Directory } from './directory.ts';
import { isUser } from './directory.ts';
import type { GroupRecord, UserRecord } from './records.ts';

function addressesOf(record: UserRecord | GroupRecord): string[] {
  return [isUser(record) ? record.primaryEmail : record.email, ...record.aliases];
}

export function claim(directory: Directory, record: UserRecord | GroupRecord): void {
  for (const address of addressesOf(record)) directory.addresses.set(address, record);
}

export function release(directory: Directory, record: UserRecord | GroupRecord): void {
  for (const address of addressesOf(record)) directory.addresses.delete(address);
}

/** @throws Error where an address is another object's or lies in no domain of the customer */
export function requireFree(
  directory: Directory,
  addresses: readonly string[],
  holder?: UserRecord | GroupRecord,
): void {
  for (const address of addresses) {
    if (!directory.owns(address)) throw new Error(`${address} is in no domain of the customer`);
    const taken = directory.addresses.get(address.toLowerCase());
    if (taken !== undefined && taken !== holder) throw new Error(`Entity already exists: ${address}`);
  }
}
