import { Command, InvalidArgumentError, Option } from 'commander';
import { FIELD_NAMES } from '../ingest/files/track-columns.js';
import type { Datum } from '../model/datum.js';
import { datumOption, endpoint, examples, InputError, numberAbove, required, wholeNumber } from './support/command.js';
import { CLIENT_PROTOCOLS, type ClientRoute, openFixClient, outageTeller } from './support/fix-client.js';
import { withMotion } from './support/motion.js';
import { replayNmea } from './support/nmea-replay.js';
import { Progress } from './support/progress.js';
import type { TerminalFix } from './support/terminal-messages.js';
import { readTracks, type Tracks } from './support/tracks.js';
import { until } from './support/until.js';

export interface ReplayOptions extends ClientRoute {
  /** How many times faster than recorded; Infinity: as fast as acknowledged. */
  speed: number;
  map?: Record<string, string>;
  date?: string;
  datum?: Datum;
  endNow?: boolean;
  window: number;
  strict?: boolean;
  /** Called with what the server has acknowledged, as soon as it has. */
  accepted?: (vehicle: string, fixes: readonly TerminalFix[]) => void;
}

export interface ReplaySummary {
  terminals: number;
  fixes: number;
  acknowledged: number;
  /** Sent once more for want of an answer. */
  resent: number;
  refused: number;
  badLines: number;
  seconds: number;
}

/** Sentences of ships are played as they are: no tracks are read out of them. */
const AIS = 'ais';

export function replayCommand(): Command {
  const command = new Command('replay')
    .description(
      'Play recorded tracks as real terminals: each vehicle of the file registers, authenticates and reports.',
    )
    .argument(
      '<file>',
      'CSV with a heading line (vehicle, time, lon, lat, and if known speed, heading, altitude, mileage), GPX, GeoJSON; ' +
        'with --protocol ais sentences of NMEA',
    )
    .addOption(
      new Option('--protocol <name>', 'what the terminals speak').choices([...CLIENT_PROTOCOLS, AIS]).default('jt808'),
    )
    .option('--to <host:port>', 'where the server listens for terminals', endpoint)
    .option('--user <name>', 'with MQTT: the name the vehicles log in with')
    .option('--password <text>', 'with MQTT: the password to it')
    .option('--tenant <name>', 'with MQTT: the second level of their topics', 'fleet')
    .option('--speed <factor>', 'times faster than recorded; max: as fast as acknowledged', speedFactor, 60)
    .option('--map <column=field>', `what a column means: ${FIELD_NAMES.join(', ')}; may be repeated`, columnMap)
    .option('--date <YYYY-MM-DD>', 'the day, for a file whose time is a time of day')
    .addOption(datumOption())
    .option('--end-now', 'move all times so that the last fix is made now, for a server with CHEJI_TIME_POLICY=live')
    .option('--window <messages>', 'messages that a terminal may have unacknowledged', wholeNumber(1, 1000), 4)
    .option('--strict', 'send nothing when a line is bad')
    .action(async (file: string, options: ReplayOptions) => {
      required(command, 'to');
      if ((options.protocol as string) === AIS) return playSentences(file, options);
      const tracks = await readTracks(file, options);
      for (const { line, reason } of tracks.bad) console.error(`${file}:${line}: ${reason}; skipped`);
      const summary = await replay(tracks, options);
      console.log(JSON.stringify(summary));
      if (summary.badLines > 0)
        throw new InputError(`${summary.badLines} bad lines were skipped; the others were played`);
      if (summary.refused > 0) throw new InputError(`the server refused ${summary.refused} fixes`);
    });
  return examples(
    command,
    'cheji replay wuxi-taxis.csv --protocol jt808 --to 127.0.0.1:6808 --speed 60',
    'cheji replay tracks.csv --protocol mqtt --to 127.0.0.1:1883 --user feed --password …',
    'cheji replay coast.nmea --protocol ais --to 127.0.0.1:6914 --end-now',
    'cheji replay tracks.csv --to 127.0.0.1:6808 --speed max --map taxi=vehicle --map x=lon --map y=lat --end-now',
    '',
    'Times are sent as recorded: run the server with CHEJI_TIME_POLICY=replay, or use --end-now.',
  );
}

async function playSentences(file: string, options: ReplayOptions): Promise<void> {
  const summary = await replayNmea(file, options, (line, reason) =>
    console.error(`${file}:${line}: ${reason}; skipped`),
  );
  console.log(JSON.stringify(summary));
  if (summary.badLines > 0) throw new InputError(`${summary.badLines} bad lines were skipped; the others were played`);
}

/** Plays the tracks to their end: resolves when the last fix is acknowledged or refused. */
export async function replay(tracks: Tracks, options: ReplayOptions): Promise<ReplaySummary> {
  const summary = { terminals: tracks.byVehicle.size, fixes: tracks.fixes, acknowledged: 0, resent: 0, refused: 0 };
  const progress = new Progress(tracks.fixes, 'fixes');
  const startedAt = performance.now();
  const [first, last] = span(tracks);
  const shift = options.endNow ? Date.now() - last : 0;
  const names = new TerminalNumbers();
  const tellOutage = outageTeller(options);

  const play = async (vehicle: string, fixes: TerminalFix[]) => {
    const { number, plate } = names.of(vehicle);
    const terminal = openFixClient(options, { number, plate, window: options.window });
    terminal.on('accepted', (accepted) => {
      summary.acknowledged += accepted.length;
      progress.add(accepted.length);
      options.accepted?.(vehicle, accepted);
    });
    terminal.on('refused', (refused) => (summary.refused += refused.length));
    terminal.on('resent', (resent) => (summary.resent += resent.length));
    terminal.once('offline', tellOutage);
    terminal.once('unwelcome', (reason) => console.error(`terminal ${number}: ${reason}`));
    withMotion(fixes);
    for (const fix of fixes) {
      await until(startedAt + (fix.time - first) / options.speed);
      await terminal.send(shift === 0 ? fix : { ...fix, time: fix.time + shift });
    }
    await terminal.drained();
    terminal.stop();
  };
  await Promise.all([...tracks.byVehicle].map(([vehicle, fixes]) => play(vehicle, fixes)));
  progress.stop();
  return { ...summary, badLines: tracks.bad.length, seconds: Math.round(performance.now() - startedAt) / 1000 };
}

/** Vehicles that are numbers keep them; others get a number in the order in which they come, and their name as plate. */
class TerminalNumbers {
  #next = 13_900_000_001;

  of(vehicle: string): { number: string; plate?: string } {
    if (/^\d{1,20}$/.test(vehicle)) return { number: vehicle };
    return { number: String(this.#next++), plate: vehicle };
  }
}

function speedFactor(text: string): number {
  return text === 'max' || text === '0' ? Infinity : numberAbove(0)(text);
}

function columnMap(text: string, map: Record<string, string> = {}): Record<string, string> {
  const [, column, field] = /^(.+)=(\w+)$/.exec(text) ?? [];
  if (!column || !(FIELD_NAMES as string[]).includes(field)) {
    throw new InvalidArgumentError(`It must be column=field with a field of ${FIELD_NAMES.join(', ')}.`);
  }
  return { ...map, [column]: field };
}

function span(tracks: Tracks): [number, number] {
  let first = Infinity;
  let last = -Infinity;
  for (const fixes of tracks.byVehicle.values()) {
    first = Math.min(first, fixes[0].time);
    last = Math.max(last, fixes[fixes.length - 1].time);
  }
  return [first, last];
}
