/** What the pages of channels ask. */
import { createChannelPages } from '@rostrum/client/channels';
import { platform } from '../../shell/platform';

export const calls = createChannelPages(platform);
