import { Command } from 'commander';
import { loadSettings } from '../config.js';
import { checkBroker } from './support/check-broker.js';
import { checkDatabase } from './support/check-database.js';
import { checkNodes } from './support/check-nodes.js';
import { checkRedis } from './support/check-redis.js';
import {
  type Check,
  checkClock,
  checkDataDir,
  checkNative,
  checkNode,
  checkPorts,
  type Outcome,
  result,
} from './support/checks.js';
import { examples, InputError } from './support/command.js';

const MARKS: Record<Outcome, string> = { ok: 'ok     ', warning: 'warning', broken: 'BROKEN ' };

export function doctorCommand(): Command {
  const command = new Command('doctor')
    .description('Check what the system stands on, and say how to mend what is broken.')
    .option('--config <file>', 'settings, as for serve')
    .option('--json', 'one JSON object per check')
    .action(async (options: { config?: string; json?: boolean }) => {
      let broken = 0;
      for await (const check of examine(options.config)) {
        if (check.outcome === 'broken') broken++;
        console.log(options.json ? JSON.stringify(check) : line(check));
      }
      if (broken > 0) throw new InputError(`${broken} ${broken === 1 ? 'thing is' : 'things are'} broken`);
    });
  return examples(command, 'cheji doctor', 'CHEJI_DATABASE_URL=postgres://cheji:secret@db/cheji cheji doctor --json');
}

async function* examine(config?: string): AsyncGenerator<Check> {
  yield checkNode();
  yield await checkNative();
  yield checkClock();
  let loaded: ReturnType<typeof loadSettings>;
  try {
    loaded = loadSettings(process.env, config);
  } catch (error) {
    for (const problem of (error as Error).message.split('\n')) {
      yield result('settings', 'broken', problem, 'correct it in the environment or the --config file');
    }
    return;
  }
  const { settings, warnings } = loaded;
  yield result('settings', 'ok', config ? `${config} and the environment` : 'environment', '');
  for (const warning of warnings) yield result('settings', 'warning', warning, 'remove it');
  const takesIn = settings.role === 'all'; // the others keep nothing, and have only the one port
  if (takesIn) yield checkDataDir(settings.dataDir);
  yield* await checkPorts(settings);
  yield* await checkDatabase(settings);
  const broker = takesIn ? await checkBroker(settings) : null;
  if (broker !== null) yield broker;
  const redis = await checkRedis(settings);
  if (redis !== null) yield redis;
  const nodes = await checkNodes(settings);
  if (nodes !== null) yield nodes;
}

function line({ name, outcome, found, mend }: Check): string {
  return `${MARKS[outcome]} ${name.padEnd(18)} ${found}${mend ? `\n${' '.repeat(27)}→ ${mend}` : ''}`;
}
