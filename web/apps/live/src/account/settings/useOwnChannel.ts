import { PlatformError, type OwnChannel } from '@rostrum/client/platform';
import { platform } from '../../shell/platform';
import { useMe } from '../../shell/session';
import { useAsked } from '../../shell/useAsked';

/** One's own channel; whoever comes for the first time gets it made. */
export function useOwnChannel() {
  const { id } = useMe();
  return useAsked<OwnChannel>(`channel of ${id}`, async (signal) => {
    try {
      return await platform.get<OwnChannel>('/me/channel', { signal });
    } catch (cause) {
      if (!(cause instanceof PlatformError) || cause.status !== 404) throw cause;
      return platform.post<OwnChannel>('/me/channel', undefined, { signal });
    }
  });
}
