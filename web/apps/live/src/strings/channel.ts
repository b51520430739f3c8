import { area } from '.';
import { channel as de } from './de/channel';
import { channel as en } from './en/channel';

export const useChannelText = area({ en, de });
