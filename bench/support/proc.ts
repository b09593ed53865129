import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** Process `pid` and all that it has started, however deep. Linux. */
export function processTree(pid: number): number[] {
  const parents = new Map<number, number>();
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    try {
      const stat = readFileSync(`/proc/${name}/stat`, 'utf8');
      parents.set(Number(name), Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]));
    } catch {
      // It ended while we looked.
    }
  }
  const tree = [pid];
  for (const parent of tree) {
    for (const [child, itsParent] of parents) if (itsParent === parent) tree.push(child);
  }
  return tree;
}

/** Proportional set size in MiB: shared pages count once over all processes, so that sums are honest. */
export function memoryMiB(pids: number[]): number {
  let kib = 0;
  for (const pid of pids) {
    const match = /^Pss:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'));
    kib += Number(match?.[1]);
  }
  return kib / 1024;
}

/** The most memory that a process has had resident so far (VmHWM); undefined where it has ended. */
export function peakMiB(pid: number): number | undefined {
  try {
    const kib = /^VmHWM:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    return kib === undefined ? undefined : Number(kib) / 1024;
  } catch {
    return undefined;
  }
}

/** Linux counts processor time in hundredths of a second (USER_HZ) on every platform that Node.js runs on. */
const TICKS_PER_SECOND = 100;

/** Processor time, user and system, that a process has used since it began. */
export function cpuSeconds(pid: number): number {
  return secondsOf(`/proc/${pid}/stat`);
}

/** The same of its main thread alone. */
export function mainThreadSeconds(pid: number): number {
  return secondsOf(`/proc/${pid}/task/${pid}/stat`);
}

function secondsOf(file: string): number {
  const stat = readFileSync(file, 'utf8');
  // The second field is the name in brackets and may hold spaces; times are fields 14 and 15.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}

/** Throws where this machine does not let one process have so many connections. */
export function demandFiles(connections: number): void {
  const limits = readFileSync('/proc/self/limits', 'utf8');
  const most = Number(/^Max open files\s+(\d+)/m.exec(limits)?.[1]);
  if (most >= connections + 200) return;
  throw new Error(`${connections} connections in one process: at most ${most} files may be open; raise it (ulimit -n)`);
}

export interface Listener {
  address: string;
  port: number;
}

/** TCP sockets on which any of these processes listens. */
export function listeners(pids: number[]): Listener[] {
  const inodes = new Set<string>();
  for (const pid of pids) {
    for (const fd of readdirSync(`/proc/${pid}/fd`)) {
      try {
        const inode = /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/fd/${fd}`))?.[1];
        if (inode) inodes.add(inode);
      } catch {
        // It was closed while we looked.
      }
    }
  }
  const found = new Map<string, Listener>();
  for (const file of ['/proc/net/tcp', '/proc/net/tcp6']) {
    for (const line of readFileSync(file, 'utf8').split('\n').slice(1)) {
      const [, local, , state, , , , , , inode] = line.trim().split(/\s+/);
      if (state !== LISTEN || !inodes.has(inode)) continue;
      const [hex, port] = local.split(':');
      found.set(inode, { address: readable(hex), port: Number.parseInt(port, 16) });
    }
  }
  return [...found.values()];
}

const LISTEN = '0A';

/** The kernel prints addresses as little-endian 32-bit words. */
function readable(hex: string): string {
  const bytes = Buffer.from(hex, 'hex');
  for (let i = 0; i < bytes.length; i += 4) bytes.subarray(i, i + 4).reverse();
  if (bytes.length === 4) return bytes.join('.');
  if (bytes.every((byte, i) => byte === (i === 15 ? 1 : 0))) return '::1';
  return bytes.every((byte) => byte === 0) ? '::' : bytes.toString('hex');
}
