/**
 * The three texts of JT/T 808. 2011 and 2013 share one header and cannot be told apart by it (header.ts).
 * `vendor` is a header of no edition, known by its message id.
 */
export type Edition = '2011' | '2013' | '2019';
export type HeaderEdition = Edition | 'vendor';

export const EDITIONS: readonly Edition[] = ['2011', '2013', '2019'];
