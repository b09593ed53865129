import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** PEM files. */
export interface Pair {
  cert: string;
  key: string;
}

/** An authority, and a certificate for each side, the server's for localhost; made for this run, in `dir`. */
export function certificates(dir: string): { ca: Pair; server: Pair; client: Pair } {
  const pair = (name: string): Pair => ({ cert: join(dir, `${name}.crt`), key: join(dir, `${name}.key`) });
  const openssl = (...args: string[]) => execFileSync('openssl', args, { cwd: dir, stdio: 'pipe' });
  const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  const [ca, server, client] = ['ca', 'server', 'client'].map(pair);
  openssl('req', '-x509', ...newKey, '-days', '2', '-subj', '/CN=test authority', '-keyout', ca.key, '-out', ca.cert);
  writeFileSync(join(dir, 'names.cnf'), 'subjectAltName=DNS:localhost\n');
  for (const [{ cert, key }, name] of [
    [server, 'localhost'],
    [client, 'cheji'],
  ] as const) {
    openssl('req', ...newKey, '-subj', `/CN=${name}`, '-keyout', key, '-out', `${name}.csr`);
    const signed = ['-CA', ca.cert, '-CAkey', ca.key, '-CAcreateserial', '-days', '2', '-extfile', 'names.cnf'];
    openssl('x509', '-req', '-in', `${name}.csr`, ...signed, '-out', cert);
  }
  return { ca, server, client };
}
