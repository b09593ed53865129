import { Command } from 'commander';
import { describeSettings, loadSettings } from '../config.js';
import { examples } from './support/command.js';

export function serveCommand(): Command {
  const command = new Command('serve')
    .description('Run the whole system: terminals, log, engine, database, API and map page.')
    .option('--config <file>', 'settings as YAML or JSON, under the names of the variables; the environment wins')
    .option('--print-config', 'show the settings in force, secrets masked, and end')
    .action(serve);
  const settings = describeSettings().map(({ name, fallback, allowed }) => `  ${name}=${fallback}\n      ${allowed}`);
  command.addHelpText('after', `\nSettings, in the environment or in --config:\n${settings.join('\n')}`);
  return examples(
    command,
    'cheji serve',
    'CHEJI_DATA_DIR=/var/lib/cheji CHEJI_DATABASE_URL=postgres://cheji:secret@db/cheji cheji serve',
    'cheji serve --config cheji.yaml --print-config',
  );
}

async function serve(options: { config?: string; printConfig?: boolean }): Promise<void> {
  const { settings, printed, warnings } = loadSettings(process.env, options.config);
  for (const warning of warnings) console.error(`cheji: ${warning}`);
  if (options.printConfig) {
    for (const [name, value] of Object.entries(printed)) console.log(`${name}=${value}`);
    return;
  }
  // Loaded here, so that the other commands start at once, and `doctor` runs where native code does not load.
  const { start } = await import('../main.js');
  const running = await start(settings).catch((error: NodeJS.ErrnoException) => {
    const hint = error.code === 'EADDRINUSE' ? '; `cheji doctor` says of every port which setting it is' : '';
    console.error(`cheji: ${error.message}${hint}`);
    process.exit(1); // a part that was opened before the one that failed may hold the process
  });
  // The first signal asks to finish, the second insists: what was acknowledged is on disk either way.
  const onSignal = () => {
    process.once('SIGINT', () => process.exit(1)).once('SIGTERM', () => process.exit(1));
    running.stop().then(
      () => process.exit(0),
      (error: Error) => {
        console.error(`cheji: ${error.message}`);
        process.exit(1);
      },
    );
  };
  process.once('SIGINT', onSignal).once('SIGTERM', onSignal);
}
