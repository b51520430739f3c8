/** Past broadcasts of a person's channel, which the platform lists with a token where only members may watch. */
import { createChannelPages, type PastBroadcast } from '@rostrum/client/channels';
import type { Recording } from '@rostrum/client';
import { platformError } from '@rostrum/client/platform';
import { platform } from '../shell/platform';

interface Page {
  readonly list: readonly PastBroadcast[];
  readonly next: string | null;
}

const mostPages = 50;
const calls = createChannelPages(platform);

/** Null if it is not there, or not for whoever asks. */
export async function findPersonsRecording(
  name: string,
  wanted: string,
  signal: AbortSignal,
): Promise<Recording | null> {
  try {
    return await lookFor(name, wanted, signal);
  } catch (cause) {
    if (platformError(cause).status === 404) return null;
    throw cause;
  }
}

async function lookFor(
  name: string,
  wanted: string,
  signal: AbortSignal,
): Promise<Recording | null> {
  let before: string | null = null;
  for (let page = 0; page < mostPages; page += 1) {
    const { list, next }: Page = await calls.pastOf(name, before, signal);
    const found = list.find((one) => one.id === wanted && one.playbackUrl !== '');
    if (found) {
      return {
        id: found.id,
        name: found.title,
        clip: false,
        startedAt: found.startedAt === null ? '' : new Date(found.startedAt).toISOString(),
        durationMs: found.durationMs,
        playbackUrl: found.playbackUrl,
        downloadUrl: found.downloadUrl,
        storyboardUrl: found.storyboardUrl,
        thumbnailUrl: found.thumbnailUrl,
      };
    }
    if (next === null) return null;
    before = next;
  }
  return null;
}
