export { freePort, freePorts } from '../../bench/support/free-ports.js';
