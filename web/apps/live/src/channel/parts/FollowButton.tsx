import { Button, Drawing } from '@rostrum/ui';
import { useChannelText } from '../../strings/channel';
import { icons } from './icons';
import type { Following } from './useFollow';
import './FollowButton.css';

export function FollowButton({
  name,
  following,
  label,
  isSecond,
}: {
  readonly name: string;
  readonly following: Following;
  /** Instead of "Follow". */
  readonly label?: string;
  /** Something else is the first thing to do here. */
  readonly isSecond?: boolean;
}) {
  const words = useChannelText();
  const { isFollowing, toggle } = following;
  return (
    <Button
      kind={isFollowing || isSecond ? 'plain' : 'primary'}
      onClick={toggle}
      label={
        isFollowing ? words.unfollow(name) : label ? `${label}: ${name}` : words.followName(name)
      }
    >
      <span className={isFollowing ? 'follow-heart full' : 'follow-heart'}>
        <Drawing svg={icons.heart} size={18} />
      </span>
      {isFollowing ? words.following : (label ?? words.follow)}
    </Button>
  );
}
