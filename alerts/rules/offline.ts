import { z } from 'zod';
import { over } from '../checks.js';
import { isLate } from '../fix-facts.js';
import { heard, newSilenceLog, type SilenceLog } from '../memory/silence-log.js';
import { ruleKind } from '../rule-kind.js';

interface Memory extends SilenceLog {
  /** When silence will have lasted too long, epoch ms; Infinity where it has, and that was told. */
  due: number;
}

/**
 * Nothing that counts has come from a vehicle for more than `seconds`. Found by the tick, over with the next fix. Fixes that come late show
 * which silence was one, and which was the network's: what was told of that one is withdrawn.
 */
export const offline = ruleKind<{ seconds: number }, Memory>({
  type: 'offline',
  describe: 'no fix of a vehicle for more than `seconds`',
  severity: 'info',
  judgesLate: false,
  retells: true,
  beginsInSilence: true,
  params: z.strictObject({ seconds: z.number().min(60).max(2_592_000).default(600).describe('of silence') }),
  build({ seconds }) {
    const ms = seconds * 1000;
    const dueAfter = (time: number) => time + ms + 1;
    const explain = (silenceMs: number) => () => ({ checks: [over('silence', silenceMs / 1000, seconds, 's')] });
    return {
      judge({ facts, fix, vehicle, previous }, before) {
        const log = before ? heard(before, facts, ms) : newSilenceLog(facts);
        const memory = { ...log, due: log.last === before?.last ? before.due : dueAfter(log.last.time) };
        // One of before the silence had lasted too long was under way for so long that silence was told all the same.
        const isDelayed = before?.due === Infinity && facts.time - before.last.time <= ms;
        if (before && (isDelayed || isLate(fix))) {
          const changes = log.silences !== before.silences || (log !== before && before.due === Infinity);
          return { memory, holds: null, past: changes ? [vehicle.no] : [], explain: explain(0) };
        }
        const last = before?.last ?? previous;
        return { memory, holds: false, explain: explain(last ? facts.time - last.time : 0) };
      },
      due: ({ due }) => due,
      tick: (time, _, memory) => ({
        memory: { ...memory, due: Infinity },
        holds: time - memory.last.time > ms,
        onset: memory.last,
        explain: explain(time - memory.last.time),
      }),
      past(_, memory, until) {
        const { last, floor = -Infinity, silences = [] } = memory;
        const due = dueAfter(last.time);
        const isSilent = due <= until;
        const after = { ...memory, due: isSilent ? Infinity : due };
        const verdict = (holds: boolean, silenceMs: number) => ({ memory: after, holds, explain: explain(silenceMs) });
        const moments = silences.flatMap(({ from, to }) => [
          { fix: from, time: dueAfter(from.time), verdict: { ...verdict(true, ms + 1), onset: from } },
          { fix: to, time: to.time, verdict: verdict(false, to.time - from.time) },
        ]);
        if (isSilent) moments.push({ fix: last, time: due, verdict: { ...verdict(true, ms + 1), onset: last } });
        return { floor, memory: after, moments, endsCount: true };
      },
    };
  },
});
