import { totalmem } from 'node:os';

const MEGABYTE = 1_048_576;

/** The memory that we may use: a container's limit where there is one. */
function memoryMegabytes(): number {
  const limit = process.constrainedMemory();
  return Math.floor((limit > 0 ? Math.min(limit, totalmem()) : totalmem()) / MEGABYTE);
}

/** The settings that differ from PostgreSQL's own, for a machine that Rollcall shares with it. */
export function serverSettings(address: { host: string; port: number }, durable: boolean): Record<string, string> {
  const memory = memoryMegabytes();
  const socket = address.host.startsWith('/');
  return {
    port: String(address.port),
    // reachable by this machine alone
    listen_addresses: socket ? '' : address.host,
    unix_socket_directories: socket ? address.host : '',
    unix_socket_permissions: '0700',
    // an eighth: the rest stays for Node and for the file cache, which PostgreSQL relies on as well
    shared_buffers: `${durable ? Math.min(4096, Math.max(64, Math.floor(memory / 8))) : 128}MB`,
    effective_cache_size: `${Math.max(256, Math.floor(memory / 2))}MB`,
    // two pools each for a server, its jobs and the command line; unused slots cost next to nothing
    max_connections: '200',
    // one transaction may touch every partition of the log
    max_locks_per_transaction: '256',
    // every statement is short: compiling one takes longer than running it
    jit: 'off',
    // an index read on a solid-state disk costs about what a sequential one does
    random_page_cost: '1.1',
    effective_io_concurrency: '64',
    // an import of a million users should not stop for a checkpoint at every gigabyte
    max_wal_size: '4GB',
    checkpoint_timeout: '15min',
    wal_compression: 'on',
    // online backups and a standby stay possible
    wal_level: 'replica',
    // so that a slow statement's plan says how long it waited for the disk
    track_io_timing: 'on',
    timezone: 'UTC',
    log_timezone: 'UTC',
    // seven files, each written over after a week: bounded without anybody's care
    logging_collector: 'on',
    log_directory: 'log',
    log_filename: 'postgresql-%a.log',
    log_truncate_on_rotation: 'on',
    log_rotation_age: '1d',
    log_rotation_size: '0',
    log_min_duration_statement: '1000',
    // no personal values in a file that nobody seals: neither parameters nor the DETAIL of a violated constraint
    log_parameter_max_length: '0',
    log_parameter_max_length_on_error: '0',
    log_error_verbosity: 'terse',
    ...(durable ? {} : { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' }),
  };
}
