import { area } from '.';
import { developers as de } from './de/developers';
import { developers as en } from './en/developers';

export const useDevelopersText = area({ en, de });
