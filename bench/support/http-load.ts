import { text } from 'node:stream/consumers';
import autocannon from 'autocannon';

/** Reads autocannon's options as JSON from stdin; prints its result and this process's own processor seconds. */
const result = await autocannon(JSON.parse(await text(process.stdin)) as autocannon.Options);
const { user, system } = process.cpuUsage();
console.log(JSON.stringify({ result, cpu: (user + system) / 1e6 }));
