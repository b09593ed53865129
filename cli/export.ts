import { Command, InvalidArgumentError, Option } from 'commander';
import { ALERT_FILES, ALERT_FORMATS, type AlertFormat } from '../api/alerts/alert-files.js';
import { loadSettings } from '../config.js';
import {
  ALERT_STATES,
  type Alert,
  type AlertFilter,
  type AlertPlace,
  type AlertState,
  SEVERITIES,
  type Severity,
} from '../model/alert.js';
import type { Fixes } from '../model/fixes.js';
import { openPool } from '../store/db.js';
import { History } from '../store/history.js';
import { countVehicles, registeredVehicles } from '../store/vehicle-list.js';
import { examples, required } from './support/command.js';
import { databaseUrl } from './support/database-url.js';
import { ExportFile } from './support/export-file.js';
import { Progress } from './support/progress.js';
import { TRACK_FILES } from './support/track-files.js';

interface ExportOptions {
  out: string;
  format: string;
  from: number;
  to: number;
  vehicle?: string[];
  resume?: boolean;
  config?: string;
}

interface AlertOptions extends ExportOptions {
  type?: string[];
  severity?: Severity[];
  state?: AlertState[];
  fence?: string[];
}

/** How often a resumable file notes how far it is: every so many vehicles. */
const MARK_EVERY = 20;
const ALERT_PAGE = 1000;
/** An export reads one batch after the other, each of which may wait for a cold disk. */
const POOL = { connections: 2, statementMs: 120_000 };

export function exportCommand(): Command {
  const command = new Command('export').description(
    'Write tracks or alerts into a file, from the database of the settings.',
  );
  command.addCommand(tracksCommand());
  command.addCommand(alertsCommand());
  return examples(
    command,
    'cheji export tracks --from 2024-05-01T00:00:00+08:00 --to 2024-05-02T00:00:00+08:00 --format parquet --out may-1.parquet',
    'cheji export tracks --vehicle 13912345678 --from 2024-05-01 --to 2024-06-01 --format gpx --out may.gpx',
    'cheji export alerts --from 2024-05-01 --to 2024-06-01 --format csv --out alerts.csv',
    '',
    'A day without a time is its midnight in China. An export that was broken off goes on with --resume (csv, geojsonseq).',
  );
}

function tracksCommand(): Command {
  const command = withOptions(
    new Command('tracks').description('Fixes by vehicle and time.'),
    Object.keys(TRACK_FILES),
  ).action(async (options: ExportOptions) => {
    checked(command, options, TRACK_FILES[options.format]().resumable);
    console.log(JSON.stringify(await exportTracks(options)));
  });
  return examples(command, 'cheji export tracks --from 2024-05-01 --to 2024-05-02 --format csv --out may-1.csv');
}

function alertsCommand(): Command {
  const command = withOptions(new Command('alerts').description('Alerts, newest first.'), ALERT_FORMATS)
    .option('--type <name...>', 'only of these types')
    .addOption(new Option('--severity <name...>', 'only as grave as these').choices(SEVERITIES))
    .addOption(new Option('--state <name...>', 'only in these states').choices(ALERT_STATES))
    .option('--fence <id...>', 'only of these fences')
    .action(async (options: AlertOptions) => {
      checked(command, options, ALERT_FILES[options.format as AlertFormat]().resumable);
      console.log(JSON.stringify(await exportAlerts(options)));
    });
  return examples(
    command,
    'cheji export alerts --from 2024-05-01 --to 2024-06-01 --format csv --out alerts.csv',
    'cheji export alerts --from 2024-05-01 --to 2024-06-01 --type overspeed --severity critical --out grave.csv',
  );
}

function withOptions(command: Command, formats: string[]): Command {
  return command
    .option('--out <file>', 'the file to write; must not exist')
    .addOption(new Option('--format <name>', 'form of the file').choices(formats).default('csv'))
    .option('--from <time>', 'RFC 3339, or YYYY-MM-DD, from its midnight in Beijing', moment)
    .option('--to <time>', 'the same; not included', moment)
    .option('--vehicle <id...>', 'only these')
    .option('--resume', 'go on with an export that was broken off (csv, geojsonseq)')
    .option('--config <file>', 'settings, as for serve');
}

function checked(command: Command, options: ExportOptions, resumable: boolean): void {
  required(command, 'out', 'from', 'to');
  if (options.from >= options.to) command.error('error: --from is not before --to');
  if (options.resume && !resumable) {
    command.error(`error: a ${options.format} file cannot be resumed; csv and geojsonseq can`);
  }
}

export interface Exported {
  file: string;
  /** Fixes or alerts. */
  rows: number;
  bytes: number;
}

export async function exportTracks(options: ExportOptions): Promise<Exported> {
  const pool = openPool(databaseUrl(loadSettings(process.env, options.config).settings), () => {}, POOL);
  try {
    const history = new History(pool);
    const kind = TRACK_FILES[options.format]();
    const wanted = options.vehicle ? new Set(options.vehicle) : null;
    const file = await ExportFile.open<number>(options.out, question(options), options.resume ?? false);
    const lastNo = file.place ?? 0;
    if (file.place === null) await file.write(await kind.begin());
    const progress = new Progress(wanted?.size ?? (await countVehicles(pool, lastNo)), 'vehicles');
    let { rows } = file;
    let done = 0;
    for await (const vehicle of registeredVehicles(pool, lastNo)) {
      if (wanted && !wanted.has(vehicle.id)) continue;
      const batches = counted(history.track(vehicle.no, options.from, options.to), (fixes) => {
        rows += fixes;
      });
      const first = await batches.next();
      if (!first.done)
        for await (const chunk of kind.vehicle(vehicle, after(first.value, batches))) await file.write(chunk);
      progress.add(1);
      if (kind.resumable && ++done % MARK_EVERY === 0) await file.mark(vehicle.no, rows);
    }
    await file.write(await kind.end());
    progress.stop();
    return { file: options.out, rows, bytes: await file.finish() };
  } finally {
    await pool.end();
  }
}

export async function exportAlerts(options: AlertOptions): Promise<Exported> {
  const pool = openPool(databaseUrl(loadSettings(process.env, options.config).settings), () => {}, POOL);
  try {
    const { from, to, vehicle, type, severity, state, fence, format } = options;
    const filter = { from, to, vehicle, type, severity, state, fence };
    const history = new History(pool);
    const question = JSON.stringify({ what: 'alerts', format, ...filter });
    const file = await ExportFile.open<AlertPlace>(options.out, question, options.resume ?? false);
    let { rows } = file;
    const progress = new Progress(Math.max(0, (await history.countAlerts(filter)) - rows), 'alerts');
    const kind = ALERT_FILES[format as AlertFormat]();
    if (file.place === null) await file.write(await kind.begin());
    for await (const page of alertPages(history, filter, file.place ?? undefined)) {
      await file.write(await kind.alerts(page));
      rows += page.length;
      progress.add(page.length);
      if (kind.resumable) await file.mark(placeOf(page[page.length - 1]), rows);
    }
    await file.write(await kind.end());
    progress.stop();
    return { file: options.out, rows, bytes: await file.finish() };
  } finally {
    await pool.end();
  }
}

/** Those that come after a place, newest first; each page has at least one. */
async function* alertPages(history: History, filter: AlertFilter, place?: AlertPlace): AsyncIterable<Alert[]> {
  let after = place;
  for (;;) {
    const page = await history.alerts({ ...filter, after, limit: ALERT_PAGE });
    if (page.length > 0) yield page;
    if (page.length < ALERT_PAGE) return;
    after = placeOf(page[page.length - 1]);
  }
}

function placeOf({ occurredAt, id }: Alert): AlertPlace {
  return { occurredAt: Date.parse(occurredAt), id };
}

function question({ format, from, to, vehicle }: ExportOptions): string {
  return JSON.stringify({ what: 'tracks', format, from, to, vehicle: vehicle ?? null });
}

async function* counted(batches: AsyncIterable<Fixes>, count: (fixes: number) => void): AsyncGenerator<Fixes> {
  for await (const batch of batches) {
    count(batch.length);
    yield batch;
  }
}

async function* after<T>(first: T, rest: AsyncIterable<T>): AsyncIterable<T> {
  yield first;
  yield* rest;
}

/** A day alone is its midnight in China. */
function moment(text: string): number {
  const ms = /^\d{4}-\d\d-\d\d$/.test(text)
    ? Date.parse(`${text}T00:00:00+08:00`)
    : /^\d{4}-\d\d-\d\d[T ].*(Z|[+-]\d\d:\d\d)$/.test(text)
      ? Date.parse(text)
      : NaN;
  if (Number.isNaN(ms))
    throw new InvalidArgumentError('It must be a time such as 2024-05-01T08:00:00+08:00, or a day.');
  return ms;
}
