import { area, spoken } from '.';
import { shell as de } from './de/shell';
import { shell as en } from './en/shell';

const catalogues = { en, de };
export const useShellText = area(catalogues);
export const shellText = spoken(catalogues);
