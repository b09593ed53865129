import { ALARM_EMERGENCY, ALARM_NAMES } from '../../model/alarm.js';
import type { Catalog } from '../../model/catalog.js';
import type { Position } from '../../model/position.js';
import { NO_FIX, NOT_NEWS, REPEAT } from '../../model/quality.js';
import type { NamedStep } from '../../model/step.js';
import { msToRfc3339 } from '../../model/units.js';
import type { Vehicle } from '../../model/vehicle.js';
import { type FixFacts, factsOf } from '../fix-facts.js';
import type { AlertBook } from '../life/alert-book.js';
import { type Decider, evidenceJson, newAlert } from '../life/new-alert.js';
import { ALARM_SEVERITY } from '../life/severity.js';
import type { EmergencyEpisode, VehicleMemories, VehicleMemory } from '../memory/vehicle-memory.js';
import type { Evidence } from '../rule.js';

const EMERGENCY = 1 << ALARM_EMERGENCY;
/** A call for help that is older than all of these is taken for one that was told. */
const MAX_EPISODES = 16;

/** One for each bit of the alarm word: alerts `terminal-<name>`. What a terminal may report never changes, hence 1. */
const DECIDERS: readonly Decider[] = ALARM_NAMES.map((name) => ({
  id: `terminal:${name}`,
  revision: 1,
  type: `terminal-${name}`,
  severity: ALARM_SEVERITY[name],
  fence: null,
}));

/**
 * Step: alarms that the terminal raised, told once per episode: from the fix that first has the bit to the fix that no
 * longer has it, in the order of fix times.
 *
 * A report without a fix counts, because that is how a terminal tells of a cut antenna. Otherwise marked fixes count for
 * nothing, with one exception: a call for help counts however it comes. One that arrives late belongs to the episode
 * that its time lies in, or is an episode of its own until the next fix in order says that it is over.
 */
export function terminalAlarms(catalog: Catalog, memories: VehicleMemories, alerts: AlertBook): NamedStep {
  return {
    name: 'terminal-alarms',
    run(p) {
      const vehicle = catalog.vehicles.get(p.vehicleNo);
      if (!vehicle) return true; // news-step.ts counts it
      const memory = memories.of(p.vehicleNo);
      const now = p.alarms >>> 0;
      const inOrder = (p.quality & NOT_NEWS & ~NO_FIX) === 0 && !(p.fixTime < memory.alarmsAt);
      if (inOrder) {
        if (now !== memory.alarms) follow(p, vehicle, memory, now);
        memory.alarms = now;
        memory.alarmsAt = p.fixTime;
      } else if (now & EMERGENCY && !(p.quality & REPEAT)) {
        callForHelp(p, vehicle, memory);
      }
      return true;
    },
  };

  function follow(p: Position, vehicle: Vehicle, memory: VehicleMemory, now: number): void {
    const facts = factsOf(p);
    const changed = now ^ memory.alarms;
    for (let bit = 0; bit < 32; bit++) {
      if (!((changed >>> bit) & 1)) continue;
      const on = ((now >>> bit) & 1) === 1;
      if (bit === ALARM_EMERGENCY) noteEmergency(memory, facts, on);
      if (on) raise(bit, p, vehicle, memory, facts);
      else clear(bit, p, memory, facts);
    }
  }

  function callForHelp(p: Position, vehicle: Vehicle, memory: VehicleMemory): void {
    const facts = factsOf(p);
    const { emergencies } = memory;
    const open = emergencies?.find((episode) => episode.to === null);
    if (open) {
      open.from = Math.min(open.from, facts.time);
      return;
    }
    if (emergencies?.some(({ from, to }) => facts.time >= from && (to === null || facts.time <= to))) return;
    if (emergencies?.length === MAX_EPISODES && facts.time < emergencies[0].from) return;
    noteEmergency(memory, facts, true);
    memory.alarms = (memory.alarms | EMERGENCY) >>> 0;
    raise(ALARM_EMERGENCY, p, vehicle, memory, facts);
  }

  function raise(bit: number, p: Position, vehicle: Vehicle, memory: VehicleMemory, facts: FixFacts): void {
    const decider = DECIDERS[bit];
    const first = Number.isNaN(memory.alarmsAt) ? { firstFix: true } : {};
    alerts.raise(vehicle.no, newAlert(decider, vehicle, facts, p, { ...evidenceOf(bit, p, memory, facts), ...first }));
  }

  function clear(bit: number, p: Position, memory: VehicleMemory, facts: FixFacts): void {
    const end = evidenceJson(evidenceOf(bit, p, memory, facts));
    alerts.clear(p.vehicleNo, DECIDERS[bit].id, msToRfc3339(facts.time) ?? '', undefined, end);
  }
}

function evidenceOf(bit: number, p: Position, memory: VehicleMemory, facts: FixFacts): Evidence {
  const on = ((p.alarms >>> bit) & 1) === 1;
  return {
    // `previous` is where the vehicle was last known to be: a call for help may come without a place.
    fixes: { previous: memory.last, deciding: facts },
    checks: [{ what: `alarm ${ALARM_NAMES[bit]}`, value: on, is: '=', threshold: true, result: on }],
    alarmWord: `0x${p.alarmWord.toString(16).padStart(8, '0')}`,
  };
}

function noteEmergency(memory: VehicleMemory, facts: FixFacts, on: boolean): void {
  if (on) {
    memory.emergencies ??= [];
    const { emergencies } = memory;
    const episode: EmergencyEpisode = { from: facts.time, to: null };
    emergencies.push(episode);
    if (emergencies.length > MAX_EPISODES) emergencies.shift();
    return;
  }
  const open = memory.emergencies?.find((episode) => episode.to === null);
  if (open) open.to = Math.max(open.from, facts.time);
}
