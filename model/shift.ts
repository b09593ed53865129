import type { DriverReport } from './driver.js';
import type { Upload } from './upload.js';

/** A driver's time at the wheel, from signing on (签到) to signing off (签退). Times are epoch ms. */
export interface Shift {
  /** Null where only the end was heard. */
  start: number | null;
  /** Null while it lasts, and where the next driver signed on without it. */
  end: number | null;
  certificate: string | null;
  name: string | null;
  company: string | null;
  /** What the meter added up (下班签退信息); null where it was not handed in. */
  sums: Readonly<Record<string, unknown>> | null;
}

/** The two reports of one sign-off come in one message, or at least within this, ms. */
const TOGETHER_MS = 60_000;

/** Shifts out of uploads of the kinds `driver` and `shift` of one vehicle, in any order; oldest first. */
export function shiftsOf(uploads: readonly Upload[]): Shift[] {
  const inOrder = [...uploads].sort((a, b) => a.time - b.time);
  const sums = inOrder.filter(({ kind }) => kind === 'shift');
  const shifts: Shift[] = [];
  let open: Shift | null = null;
  for (const { kind, time, content } of inOrder) {
    if (kind !== 'driver') continue;
    const { event, certificate, name } = content as unknown as DriverReport;
    const same: boolean = open !== null && open.certificate === certificate && open.name === name;
    if (event === 'in' && !same) {
      open = { start: time, end: null, certificate, name, company: companyOf(content), sums: null };
      shifts.push(open);
    } else if (event === 'out') {
      // The end of a shift whose beginning is not among the reports stands by itself.
      if (open === null || !(same || certificate === null)) {
        open = { start: null, end: null, certificate, name, company: companyOf(content), sums: null };
        shifts.push(open);
      }
      open.end = time;
      open.sums = sums.find((sum) => Math.abs(sum.time - time) <= TOGETHER_MS)?.content ?? null;
      open = null;
    }
  }
  return shifts;
}

function companyOf(content: Record<string, unknown>): string | null {
  return typeof content.company === 'string' ? content.company.trim() || null : null;
}
