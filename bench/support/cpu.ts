import { readFileSync } from 'node:fs';

/** Linux counts processor time in hundredths of a second (USER_HZ) on every platform that Node runs on. */
const TICKS_PER_SECOND = 100;

/** Processor time, user and system, that a process has used since it began. */
export function cpuSeconds(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // The second field is the name in brackets and may hold spaces; times are fields 14 and 15.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}
