import type { Edition } from '../common/edition.js';

/** JT/T 905 has one edition, of 2014. Layouts want one of JT/T 808: this is the one it is built after; none here ask. */
export const EDITION: Edition = '2013';
