import { useState } from 'react';
import { platformError } from '@rostrum/client/platform';
import { Avatar, Blank, Button, Skeleton, TextField, toast } from '@rostrum/ui';
import { calls } from '../../channel/parts/calls';
import { usePages } from '../../channel/parts/usePages';
import { failureWords } from '../../shell/failure';
import { Trouble } from '../../shell/Trouble';
import { moment } from '../../strings/text';
import { useManagerText } from '../../strings/manager';

/** Who may not come in, until when, and why. */
export function Bans({ name }: { readonly name: string }) {
  const words = useManagerText();
  const pages = usePages(`bans ${name}`, (after) => calls.bans(name, after));
  const [person, setPerson] = useState('');
  const [error, setError] = useState('');
  const { list } = pages;
  const unban = (who: string) => {
    calls.unban(name, who).then(
      () => {
        toast(words.unbanned(who));
        pages.again();
      },
      (cause: unknown) => toast(failureWords(platformError(cause)), 'problem'),
    );
  };
  const ban = () => {
    const who = person.trim();
    if (!who) return;
    setError('');
    calls.ban(name, who).then(
      () => {
        setPerson('');
        toast(words.banned(who), 'done', { label: words.undo, perform: () => unban(who) });
        pages.again();
      },
      (cause: unknown) => {
        const failure = platformError(cause);
        setError(failure.status === 404 ? words.noSuchPerson : failureWords(failure));
      },
    );
  };
  return (
    <div className="named-lists">
      <Trouble error={pages.error} again={pages.again} />
      {list === null && !pages.error && <Skeleton width="100%" height="160px" />}
      {list?.length === 0 && <Blank title={words.noBans}>{words.noBansText}</Blank>}
      {list && list.length > 0 && (
        <ul className="face-list">
          {list.map((one) => (
            <li key={one.name}>
              <Avatar face={one} size={36} />
              <span className="face-words">
                <strong>{one.name}</strong>
                <span className="quiet">
                  {one.until === null ? words.bannedForGood : words.bannedUntil(moment(one.until))}
                  {one.by && ` · ${words.bannedBy(one.by, one.at === null ? '' : moment(one.at))}`}
                </span>
                {one.reason && <span>{one.reason}</span>}
              </span>
              <Button small label={words.unbanThat(one.name)} onClick={() => unban(one.name)}>
                {words.unban}
              </Button>
            </li>
          ))}
        </ul>
      )}
      {list !== null && !pages.isWhole && <Button onClick={pages.more}>{words.more}</Button>}
      <form
        className="name-form"
        aria-label={words.banPerson}
        onSubmit={(event) => {
          event.preventDefault();
          ban();
        }}
      >
        <TextField label={words.addPerson} value={person} onChange={setPerson} error={error} />
        <Button type="submit" kind="danger">
          {words.ban}
        </Button>
      </form>
    </div>
  );
}
