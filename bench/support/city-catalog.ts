import { Catalog } from '../../model/catalog.js';

/** The registry of a city's taxis, numbered from 1. */
export function cityCatalog(vehicles: number): Catalog {
  const catalog = new Catalog();
  for (let no = 1; no <= vehicles; no++) {
    const vehicle = {
      ...{ no, id: `139${String(no).padStart(8, '0')}`, plate: `苏B${String(no).padStart(5, '0')}`, plateColor: 1 },
      ...{ category: 'taxi' as const, company: null, region: '320200', terminals: [], createdAt: 0 },
    };
    catalog.apply({ type: 'vehicle-put', revision: no, at: 0, vehicle });
  }
  return catalog;
}
