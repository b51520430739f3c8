import { useState, type ReactNode } from 'react';
import { platformError } from '@rostrum/client/platform';
import { Blank, Button, Skeleton, toast } from '@rostrum/ui';
import { useFeed } from '../shell/feed';
import { failureWords } from '../shell/failure';
import { Main } from '../shell/Main';
import { platform } from '../shell/platform';
import { Trouble } from '../shell/Trouble';
import { Unavailable } from '../shell/Unavailable';
import { useAsked } from '../shell/useAsked';
import { useAccountText } from '../strings/account';
import { moment } from '../strings/text';
import './account.css';

interface LetterHead {
  readonly id: string | number;
  readonly to: string;
  readonly subject: string;
  readonly kind: string;
  readonly sentAt: string;
}

/** Addresses in a letter become links; those of our own pages stay in this app. */
export function withLinks(text: string): ReactNode[] {
  return text.split(/(https?:\/\/[^\s<>"]+[^\s<>".,;:!?)])/g).map((part, i) => {
    if (i % 2 === 0) return part;
    const url = new URL(part);
    // A letter names the platform by its public address; here the same page is wherever we are.
    const own = /^\/(verify|reset|unsubscribe|login)$/.test(url.pathname);
    return (
      <a key={i} href={own ? url.pathname + url.search : part}>
        {part}
      </a>
    );
  });
}

function Letter({ id }: { readonly id: string }) {
  const words = useAccountText();
  const { value, error, again } = useAsked(id, (signal) =>
    platform.get<LetterHead & { text: string }>(`/mailbox/${encodeURIComponent(id)}`, { signal }),
  );
  if (error) return <Trouble error={error} again={again} />;
  if (!value) return <Skeleton width="100%" height="200px" />;
  return (
    <>
      <h2>{value.subject}</h2>
      <p className="quiet">
        {words.mailboxTo(value.to)} · {moment(value.sentAt)}
      </p>
      <div className="letter-text">{withLinks(value.text)}</div>
    </>
  );
}

/** Without a mail server: what would have been sent, for whoever sets the platform up. */
export function Mailbox() {
  const words = useAccountText();
  const [chosen, setChosen] = useState('');
  const { value, error, again, set } = useAsked('mailbox', async (signal) => {
    const { letters } = await platform.get<{ letters: LetterHead[] }>('/mailbox', { signal });
    return letters;
  });
  useFeed({ again });
  if (error?.notFound) return <Unavailable />;
  if (error?.status === 403 || error?.status === 401)
    return <Unavailable text={words.mailboxForbidden} />;
  if (error && value === null) return <Trouble error={error} again={again} isPage />;
  const clear = () => {
    platform.delete('/mailbox').then(
      () => {
        set([]);
        setChosen('');
        toast(words.mailboxCleared);
      },
      (cause: unknown) => toast(failureWords(platformError(cause)), 'problem'),
    );
  };
  const selected = chosen || String(value?.[0]?.id ?? '');
  return (
    <Main title={words.mailboxTitle} className="column mailbox" isBusy={value === null}>
      <div className="column-head">
        <h1>{words.mailboxTitle}</h1>
        {value !== null && value.length > 0 && (
          <Button small onClick={clear}>
            {words.mailboxClear}
          </Button>
        )}
      </div>
      <p className="quiet">{words.mailboxText}</p>
      {value === null && <Skeleton width="100%" height="240px" />}
      {value?.length === 0 && <Blank title={words.mailboxEmpty}>{words.mailboxEmptyText}</Blank>}
      {value !== null && value.length > 0 && (
        <div className="mailbox-panes">
          <ul className="lines">
            {value.map((letter) => (
              <li key={letter.id}>
                <button
                  type="button"
                  className="letter-row"
                  aria-current={String(letter.id) === selected}
                  onClick={() => setChosen(String(letter.id))}
                >
                  <strong>{letter.subject}</strong>
                  <span className="quiet">
                    {words.mailboxTo(letter.to)} · {moment(letter.sentAt)}
                  </span>
                </button>
              </li>
            ))}
          </ul>
          <section className="letter" aria-label={words.mailboxRead} aria-live="polite">
            <Letter key={selected} id={selected} />
          </section>
        </div>
      )}
    </Main>
  );
}
