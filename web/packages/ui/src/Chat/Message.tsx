import { memo, useMemo, type CSSProperties } from 'react';
import type { ChatMessage, ChatRole } from '@rostrum/client/chat';
import { Avatar, type AvatarFace } from '../Avatar/Avatar';
import { isOnlyEmoji } from './emoji';
import { ChatIcon, type ChatIconName } from './icons';
import { colourOf, letterOf } from './name-colour';
import { mentionsMe, partsOf, withoutTurns } from './rich-text';
import { followLanguage, locale } from '../language';
import { chatStrings as strings } from './strings';

const badges: Readonly<Partial<Record<ChatRole, ChatIconName>>> = {
  VIP: 'vip',
  MODERATOR: 'moderator',
  OWNER: 'host',
};

export function RoleBadge({ role }: { readonly role: ChatRole }) {
  const icon = badges[role];
  if (!icon) return null;
  return (
    <span className={`chat-badge ${role.toLowerCase()}`} title={strings.roles[role]}>
      <ChatIcon name={icon} size={12} />
      <span className="visually-hidden">{strings.roles[role]}</span>
    </span>
  );
}

/** What somebody wrote, with links and mentions. */
export function Content({ text, me }: { readonly text: string; readonly me: string }) {
  const parts = useMemo(() => partsOf(text, me), [text, me]);
  return parts.map((part, i) => {
    switch (part.kind) {
      case 'text':
        return part.text;
      case 'link':
        return (
          <a key={i} href={part.href} target="_blank" rel="noopener noreferrer nofollow ugc">
            {part.text}
          </a>
        );
      case 'mention':
        return (
          <strong key={i} className={part.isMe ? 'chat-mention me' : 'chat-mention'}>
            {part.text}
          </strong>
        );
    }
  });
}

const timesIn = (tag: string) => ({
  short: new Intl.DateTimeFormat(tag, { hour: '2-digit', minute: '2-digit' }),
  long: new Intl.DateTimeFormat(tag, { dateStyle: 'medium', timeStyle: 'medium' }),
});
/** Made once for a language: a busy chat shows thousands of them. */
let times = timesIn(locale());
followLanguage(() => {
  times = timesIn(locale());
});

/** What somebody looks like, where the platform says it with their messages. */
export function faceOf({ displayName, attributes }: ChatMessage['sender']): AvatarFace | null {
  const { avatar, color = '', channelAssetUrls } = attributes;
  if (!avatar) return null;
  let avatarUrl: string | undefined;
  try {
    const urls: unknown = JSON.parse(channelAssetUrls ?? '{}');
    const told = typeof urls === 'object' && urls ? (urls as { avatar?: unknown }).avatar : '';
    // Only pictures of this server: nobody else learns who reads along.
    if (typeof told === 'string' && /^\/(?![/\\])/.test(told)) avatarUrl = told;
  } catch {
    // the drawing will do
  }
  return { name: displayName, avatar, color, avatarUrl };
}

export interface MessageProps {
  readonly message: ChatMessage;
  /** The name by which this person is mentioned. */
  readonly me: string;
  readonly isMine: boolean;
  /** Of the same person as the one above, shortly after. */
  readonly isFollowing: boolean;
  readonly isActive: boolean;
  readonly canReact: boolean;
  readonly onMenu: (message: ChatMessage, at: { x: number; y: number }) => void;
  readonly onReact: (message: ChatMessage, emoji: string, on: boolean) => void;
  readonly onRetry: (message: ChatMessage) => void;
  readonly onDiscard: (message: ChatMessage) => void;
  /** Takes the words back to where they are written. */
  readonly onEdit: (message: ChatMessage) => void;
}

/** The same words again would be refused again. */
const asWritten = ['rejected', 'too_long', 'invalid'];
const mayWorkAgain = ({ failure }: ChatMessage): boolean =>
  !asWritten.includes(failure?.kind ?? '');

export const Message = memo(function Message(props: MessageProps) {
  const { message, me, isMine, isFollowing, isActive, canReact } = props;
  const { sender } = message;
  const name = withoutTurns(sender.displayName);
  const face = isFollowing ? null : faceOf(sender);
  const isSaid = message.state === 'sent';
  const isForMe = !isMine && !message.removed && mentionsMe(message.content, me);
  const style = { '--name': `var(--color-name-${colourOf(sender)})` } as CSSProperties;
  const classes = [
    'chat-row',
    isFollowing ? 'following' : '',
    isForMe ? 'for-me' : '',
    isSaid ? '' : message.state,
  ];
  const openMenu = (element: Element) => {
    const { right, top } = element.getBoundingClientRect();
    props.onMenu(message, { x: right, y: top });
  };
  return (
    <div
      className={classes.filter(Boolean).join(' ')}
      data-key={message.key}
      role="article"
      aria-label={strings.messageOf(name)}
      tabIndex={isActive ? 0 : -1}
      style={style}
      onContextMenu={(event) => {
        if (!isSaid || message.removed || (event.target as Element).closest('a')) return;
        event.preventDefault();
        props.onMenu(message, { x: event.clientX, y: event.clientY });
      }}
    >
      {!isFollowing &&
        (face ? (
          <span className="chat-face">
            <Avatar face={face} size={28} />
          </span>
        ) : (
          <span className="chat-avatar" aria-hidden="true">
            {letterOf(name)}
          </span>
        ))}
      <div className="chat-said">
        {!isFollowing && (
          <span className="chat-who">
            <RoleBadge role={sender.role} />
            <bdi className="chat-name">{name}</bdi>
            <time
              dateTime={new Date(message.at).toISOString()}
              title={times.long.format(message.at)}
            >
              {times.short.format(message.at)}
            </time>
          </span>
        )}
        {message.removed ? (
          <p className="chat-text gone">{strings.removed}</p>
        ) : (
          <p className={isOnlyEmoji(message.content) ? 'chat-text large' : 'chat-text'} dir="auto">
            <Content text={message.content} me={me} />
          </p>
        )}
        {message.reactions.length > 0 && (
          <div className="chat-reactions" role="group" aria-label={strings.reactions}>
            {message.reactions.map(({ emoji, count, mine }) => (
              <button
                key={emoji}
                type="button"
                tabIndex={-1}
                disabled={!canReact}
                aria-pressed={mine}
                aria-label={strings.reaction(emoji, count)}
                onClick={() => props.onReact(message, emoji, !mine)}
              >
                {emoji} <span>{count}</span>
              </button>
            ))}
          </div>
        )}
        {message.state === 'pending' && <span className="visually-hidden">{strings.pending}</span>}
        {message.state === 'failed' && (
          <div className="chat-failed">
            <ChatIcon name="warning" size={16} />
            <span>
              {message.failure?.kind === 'rejected' && message.failure.message
                ? message.failure.message
                : strings.unsent[message.failure?.kind ?? 'internal']}
            </span>
            <div>
              {mayWorkAgain(message) ? (
                <button type="button" onClick={() => props.onRetry(message)}>
                  {strings.retry}
                </button>
              ) : (
                <button type="button" onClick={() => props.onEdit(message)}>
                  {strings.edit}
                </button>
              )}
              <button type="button" onClick={() => props.onDiscard(message)}>
                {strings.discard}
              </button>
            </div>
          </div>
        )}
      </div>
      {isSaid && !message.removed && (
        <button
          type="button"
          className="chat-more"
          tabIndex={-1}
          aria-label={strings.more(name)}
          aria-haspopup="menu"
          onClick={(event) => openMenu(event.currentTarget)}
        >
          <ChatIcon name="more" size={18} />
        </button>
      )}
    </div>
  );
});
