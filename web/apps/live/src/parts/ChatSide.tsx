import { lazy, Suspense } from 'react';
import { useWatchText } from '../strings/watch';

const SideChat = lazy(() => import('./SideChat').then((m) => ({ default: m.SideChat })));

/** The column beside the picture. Its code comes after the player's. */
export function ChatSide({
  channel,
  isDark,
  onCollapse,
  onMissing,
}: {
  readonly channel: string;
  readonly isDark: boolean;
  readonly onCollapse: () => void;
  readonly onMissing: () => void;
}) {
  const strings = useWatchText();
  return (
    <aside className={isDark ? 'side dark-room' : 'side'} aria-label={strings.chatColumn}>
      <Suspense fallback={null}>
        <SideChat channel={channel} onCollapse={onCollapse} onMissing={onMissing} />
      </Suspense>
    </aside>
  );
}
