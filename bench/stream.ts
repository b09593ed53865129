import { parseArgs } from 'node:util';
import { demandFiles } from './support/proc.js';
import {
  FIRST_FIX,
  measure,
  type Plan,
  print,
  type Round,
  trafficSeconds,
  withServer,
} from './support/stream-round.js';

export const name = 'stream';
export const describe =
  'the whole server: terminals report at a steady rate, maps watch one city, clients follow alerts; age of maps, alert latency, what a client costs';

/**
 * `--maps 0,500,2000`: one round for each number; `--alert-clients N`, `--rate N` fixes a second, `--terminals N`,
 * `--seconds N` of each round, `--view DEGREES` across, `--sights N` different views, `--format json|protobuf`, `--fences N`.
 */
export async function run(argv: string[]): Promise<object> {
  const { values } = parseArgs({
    args: argv,
    options: {
      maps: { type: 'string', default: '0,500,1000,2000' },
      'alert-clients': { type: 'string', default: '1' },
      rate: { type: 'string', default: '20000' },
      terminals: { type: 'string', default: '2000' },
      seconds: { type: 'string', default: '15' },
      view: { type: 'string', default: '0.05' },
      sights: { type: 'string', default: '200' },
      format: { type: 'string', default: 'protobuf' },
      fences: { type: 'string', default: '1000' },
    },
  });
  const levels = values.maps.split(',').map(Number);
  const [rate, terminals, seconds, fences] = [values.rate, values.terminals, values.seconds, values.fences].map(Number);
  const settling = { settleSeconds: 2, patienceSeconds: 0 };
  const plan: Plan = {
    ...{ perSecond: rate, terminals, seconds, ...settling, window: 16 },
    framesPerTerminal: Math.ceil(
      (rate * (trafficSeconds({ seconds, ...settling }, Math.max(...levels)) + 1)) / terminals,
    ),
    format: values.format === 'json' ? 'json' : 'protobuf',
    viewDeg: Number(values.view),
    sights: Number(values.sights),
  };
  const alertClients = Number(values['alert-clients']);
  demandFiles(Math.max(terminals + alertClients + Math.max(...levels), 1000));
  const rounds: Round[] = [];
  await withServer(fences, async (server) => {
    for (const [i, maps] of levels.entries()) {
      // Each round drives on from where the last one ended in time.
      const firstFixTime = FIRST_FIX + i * plan.framesPerTerminal * 1000;
      rounds.push(await measure(server, { ...plan, firstFixTime, maps, alertClients }));
      print(rounds[i]);
    }
  });
  return { ...plan, fences, rounds };
}
