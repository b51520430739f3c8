import type { ChannelDetails } from '@rostrum/client/channels';
import { ButtonLink, count } from '@rostrum/ui';
import { to } from '../../routes';
import { useChannelText } from '../../strings/channel';
import './About.css';

const link = /https?:\/\/[^\s<>"']+[^\s<>"'.,;:!?)\]]/g;

/** Text as it was written, with its addresses as links. */
export function Written({ text }: { readonly text: string }) {
  const parts: (string | { readonly href: string })[] = [];
  let end = 0;
  for (const found of text.matchAll(link)) {
    parts.push(text.slice(end, found.index), { href: found[0] });
    end = found.index + found[0].length;
  }
  parts.push(text.slice(end));
  return parts.map((part, i) =>
    typeof part === 'string' ? (
      part
    ) : (
      <a key={i} href={part.href} target="_blank" rel="noopener noreferrer nofollow ugc">
        {part.href}
      </a>
    ),
  );
}

export function About({ channel }: { readonly channel: ChannelDetails }) {
  const words = useChannelText();
  const { name, about, category, followers, isOwner } = channel;
  return (
    <div className="about">
      {about ? (
        <p className="about-text" dir="auto">
          <Written text={about} />
        </p>
      ) : (
        <p className="quiet">{isOwner ? words.noAboutOwn : words.noAbout(name)}</p>
      )}
      {isOwner && !about && (
        <ButtonLink small href={to.settings('channel')}>
          {words.writeAbout}
        </ButtonLink>
      )}
      <p className="about-facts">
        <span>{words.followers(followers, count(followers))}</span>
        {category && (
          <a href={`${to.directory}?category=${encodeURIComponent(category)}`}>{category}</a>
        )}
        <a href={to.profile(name)}>{words.profile}</a>
      </p>
    </div>
  );
}
