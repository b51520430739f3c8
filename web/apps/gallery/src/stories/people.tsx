import { Avatar, ChannelCard, ChannelCardSkeleton, animals } from '@rostrum/ui';
import type { StoryGroup } from '../story';

const colors = ['blue', 'green', 'lavender', 'purple', 'salmon', 'turquoise', 'yellow'];

export const people: StoryGroup = {
  id: 'people',
  title: 'People and channels',
  stories: [
    {
      name: 'Avatars',
      show: () => (
        <div className="row-of">
          {Object.keys(animals).map((avatar, i) => (
            <Avatar
              key={avatar}
              size={56}
              label={avatar}
              face={{ name: avatar, avatar, color: colors[i % colors.length] ?? 'blue' }}
            />
          ))}
        </div>
      ),
    },
    {
      name: 'Avatar without a drawing',
      show: () => (
        <div className="row-of">
          <Avatar face={{ name: 'Camera', avatar: '', color: '' }} label="Camera" />
          <Avatar
            face={{ name: 'Zoe', avatar: 'custom', color: 'salmon', avatarUrl: 'data:image/png,none' }}
            label="Zoe"
          />
        </div>
      ),
    },
    {
      name: 'Channel card',
      width: 360,
      show: () => (
        <ChannelCard
          now={Date.now()}
          channel={{
            id: 'kitchen',
            name: 'Ana cooks',
            title: 'Sourdough from the beginning: feeding, folding, baking',
            live: true,
            startedAt: new Date(Date.now() - 754_000).toISOString(),
            viewers: 1240,
            authorized: false,
            playbackUrl: '',
            watchUrl: '#kitchen',
          }}
        />
      ),
    },
    { name: 'Channel card on its way', width: 360, show: () => <ChannelCardSkeleton /> },
  ],
};
