import { parseArgs } from 'node:util';
import { demandFiles } from './support/proc.js';
import { FIRST_FIX, measure, print, type Round, trafficSeconds, withServer } from './support/stream-round.js';

export const name = 'stream-clients';
export const describe =
  'the whole server with ten thousand clients of the stream, each of which gets every alert: how long that takes, at growing rates, and what it costs';

/**
 * `--clients N`, `--rates 100,200`: a round for each number of fixes a second, of which alerts come; `--terminals N`, `--seconds N`
 * of each round, `--fences N`, `--patience N` seconds until the crowd of alerts at a round's beginning is over.
 */
export async function run(argv: string[]): Promise<object> {
  const { values } = parseArgs({
    args: argv,
    options: {
      clients: { type: 'string', default: '10000' },
      rates: { type: 'string', default: '100,300,1000' },
      terminals: { type: 'string', default: '500' },
      seconds: { type: 'string', default: '15' },
      fences: { type: 'string', default: '1000' },
      patience: { type: 'string', default: '20' },
    },
  });
  const [alertClients, terminals, seconds, fences, patienceSeconds] = [
    ...[values.clients, values.terminals, values.seconds, values.fences, values.patience],
  ].map(Number);
  demandFiles(alertClients);
  const rounds: Round[] = [];
  let firstFixTime = FIRST_FIX;
  await withServer(fences, async (server) => {
    for (const perSecond of values.rates.split(',').map(Number)) {
      const times = { seconds, settleSeconds: 5, patienceSeconds };
      const framesPerTerminal = Math.ceil((perSecond * (trafficSeconds(times, 0) + 1)) / terminals);
      const plan = { perSecond, terminals, window: 16, framesPerTerminal, ...times };
      const round = await measure(server, { ...plan, ...NO_MAPS, firstFixTime, alertClients });
      if (round.lost > 0) throw new Error(`${round.lost} of ${alertClients} connections were lost`);
      print(round);
      rounds.push(round);
      firstFixTime += framesPerTerminal * 1000;
    }
  });
  return { clients: alertClients, terminals, seconds, fences, rounds };
}

const NO_MAPS = { maps: 0, sights: 0, viewDeg: 0, format: 'protobuf' as const };
