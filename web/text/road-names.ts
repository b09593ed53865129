import { type Names, named } from './named.js';

/** Values of OpenStreetMap's `highway`. */
const CLASSES: Names<string> = {
  motorway: ['高速公路', 'Motorway'],
  motorway_link: ['高速公路匝道', 'Motorway ramp'],
  trunk: ['快速路', 'Expressway'],
  trunk_link: ['快速路匝道', 'Expressway ramp'],
  primary: ['主干道', 'Primary road'],
  primary_link: ['主干道匝道', 'Primary ramp'],
  secondary: ['次干道', 'Secondary road'],
  secondary_link: ['次干道匝道', 'Secondary ramp'],
  tertiary: ['支路', 'Tertiary road'],
  tertiary_link: ['支路匝道', 'Tertiary ramp'],
  unclassified: ['一般道路', 'Minor road'],
  residential: ['居住区道路', 'Residential street'],
  living_street: ['生活街道', 'Living street'],
  service: ['内部道路', 'Service road'],
};

export const roadClassLabel = (highway: string): string => named(CLASSES, highway);
