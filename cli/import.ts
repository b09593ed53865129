import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command, InvalidArgumentError, Option } from 'commander';
import { localUrl } from '../config/local-url.js';
import { loadSettings, type Settings } from '../config.js';
import { FIELD_NAMES } from '../ingest/files/track-columns.js';
import type { Datum } from '../model/datum.js';
import { ApiClient } from './support/api-client.js';
import { datumOption, examples, InputError } from './support/command.js';
import { fenceImport, trackImport, VEHICLE_FIELDS, vehicleImport } from './support/import-kinds.js';
import { type ImportKind, runImport } from './support/import-run.js';
import { ROAD_FIELDS, roadImport } from './support/road-import.js';

interface Options {
  api?: string;
  key?: string;
  config?: string;
  map?: Record<string, string>;
  date?: string;
  datum?: Datum;
  dryRun?: boolean;
  resume?: boolean;
  report?: string;
  set?: string;
  replace?: boolean;
}

export function importCommand(): Command {
  const command = new Command('import').description(
    'Bring tracks, vehicles, fences or roads from a file into a running server.',
  );
  const tracks = kindCommand(
    'tracks',
    'Fixes from CSV (vehicle, time, lon, lat, and if known speed, heading, altitude, mileage), GPX or GeoJSON.',
    trackImport,
  )
    .addOption(mapOption(FIELD_NAMES))
    .option('--date <YYYY-MM-DD>', 'the day, for a file whose time is a time of day')
    .addOption(datumOption());
  const vehicles = kindCommand(
    'vehicles',
    'Vehicles from CSV: id, and any of plate, plateColor, category, company, region, terminal.',
    vehicleImport,
  ).addOption(mapOption(VEHICLE_FIELDS));
  const fences = kindCommand('fences', 'Fences from GeoJSON: a FeatureCollection, or a Feature per line.', fenceImport);
  const roads = kindCommand(
    'roads',
    'Roads from GeoJSON lines with tags of OpenStreetMap: maxspeed and its forms, highway, oneway, name.',
    roadImport,
  )
    .addOption(mapOption(ROAD_FIELDS, 'id, name, highway, oneway, maxspeed and its forms'))
    .option('--set <name>', 'what the roads belong to together (default: the name of the file)')
    .addOption(
      new Option('--replace', 'remove what the set has and the file does not, unless a line is refused').conflicts(
        'resume',
      ),
    );
  command.addCommand(
    examples(tracks, 'cheji import tracks wuxi-taxis.csv', 'cheji import tracks walk.gpx').copyInheritedSettings(
      command,
    ),
  );
  command.addCommand(examples(vehicles, 'cheji import vehicles fleet.csv'));
  command.addCommand(examples(fences, 'cheji import fences districts.geojson'));
  command.addCommand(examples(roads, 'cheji import roads wuxi.geojson --map SPEED=maxspeed --replace'));
  return examples(
    command,
    'cheji import tracks may.csv --map taxi=vehicle --map x=lon --map y=lat --dry-run',
    'cheji import vehicles fleet.csv',
    'cheji import fences districts.geojson --api http://127.0.0.1:8080 --key KEY',
    'cheji import roads wuxi.geojson --set wuxi',
    '',
    'Old tracks are taken as they are where the server runs with CHEJI_TIME_POLICY=replay.',
  );
}

function kindCommand<T>(
  name: string,
  description: string,
  make: (api: ApiClient, options: Options, file: string) => ImportKind<T>,
): Command {
  return new Command(name)
    .description(description)
    .argument('<file>', 'the file to read')
    .option('--dry-run', 'read and check everything, send nothing')
    .option('--resume', 'go on with an import that was broken off')
    .option('--report <file>', 'where refused lines are written (default: <file>.refused.csv)')
    .option('--api <url>', 'of the server (default: the one of the settings)')
    .option('--key <key>', 'its admin key (default: the one of the settings)')
    .option('--config <file>', 'settings, as for serve')
    .action(async (file: string, options: Options) => {
      const done = await runImport(make(client(options), options, file), file, options);
      console.log(JSON.stringify(done));
      if (done.refused > 0) throw new InputError(`${done.refused} were refused; ${done.report} says which and why`);
    });
}

function mapOption(fields: readonly string[], shown = fields.join(', ')): Option {
  return new Option('--map <column=field>', `what a column means: ${shown}; may be repeated`).argParser(
    columnMap(fields, shown),
  );
}

function client({ api, key, config }: Options): ApiClient {
  const { settings } = loadSettings(process.env, config);
  return new ApiClient(api ?? localUrl(settings.httpHost, settings.httpPort), key ?? adminKey(settings));
}

function adminKey(settings: Settings): string {
  const file = join(settings.dataDir, 'keys/admin.key');
  if (settings.adminKey !== null) return settings.adminKey;
  if (existsSync(file)) return readFileSync(file, 'utf8').trim();
  throw new InputError(`no admin key in ${file}: give it with --key, or set CHEJI_ADMIN_KEY or CHEJI_DATA_DIR`);
}

function columnMap(fields: readonly string[], shown: string) {
  return (text: string, map: Record<string, string> = {}): Record<string, string> => {
    const [, column, field] = /^(.+)=([\w:]+)$/.exec(text) ?? [];
    if (column && fields.includes(field)) return { ...map, [column]: field };
    throw new InvalidArgumentError(`It must be column=field with a field of ${shown}.`);
  };
}
