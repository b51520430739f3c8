import { area, spoken } from '.';
import { account as de } from './de/account';
import { account as en } from './en/account';

const catalogues = { en, de };
export const useAccountText = area(catalogues);
export const accountText = spoken(catalogues);
export type AccountText = typeof en;
