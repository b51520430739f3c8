import { spoken } from '.';
import { refusals as de } from './de/refusals';
import { refusals as en } from './en/refusals';

const catalogues = { en, de };
export const refusalText = spoken(catalogues);
