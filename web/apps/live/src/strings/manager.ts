import { area, spoken } from '.';
import { manager as de } from './de/manager';
import { manager as en } from './en/manager';

export const useManagerText = area({ en, de });
export const managerText = spoken({ en, de });
export type { ManagerText } from './en/manager';
