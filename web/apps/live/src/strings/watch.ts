import { area } from '.';
import { watch as de } from './de/watch';
import { watch as en } from './en/watch';

export const useWatchText = area({ en, de });
