import { useState } from 'react';
import more from 'lucide-static/icons/ellipsis.svg?raw';
import { roles, type Person } from '@rostrum/client/platform';
import { Drawing, TextField } from '@rostrum/ui';
import { Menu } from '../shell/Menu';
import { platform } from '../shell/platform';
import { useAdminText } from '../strings/admin';
import { Ask } from './Ask';
import { useAct } from './useAct';

export function PersonActions({
  person,
  onChanged,
  onRemoved,
}: {
  readonly person: Person;
  readonly onChanged: (person: Person) => void;
  readonly onRemoved: () => void;
}) {
  const words = useAdminText();
  const { busy, act } = useAct();
  const [asks, setAsks] = useState<'suspend' | 'remove' | null>(null);
  const [reason, setReason] = useState('');
  const path = `/admin/accounts/${encodeURIComponent(person.id)}`;
  const change = (what: object, done: string) =>
    act(async () => {
      const { account } = await platform.patch<{ account: Person }>(path, what);
      onChanged(account);
    }, done);
  const close = () => {
    setAsks(null);
    setReason('');
  };
  return (
    <>
      <Menu
        label={words.actionsFor(person.name)}
        className="bar-tool"
        trigger={<Drawing svg={more} size={20} />}
      >
        {roles
          .filter((role) => role !== person.role)
          .map((role) => (
            <button
              key={role}
              role="menuitem"
              type="button"
              className="menu-place"
              onClick={() =>
                void change({ role }, words.roleChanged(person.name, words.roles[role]))
              }
            >
              {words.changeRole(words.roles[role])}
            </button>
          ))}
        <span className="menu-line" role="separator" />
        {person.state === 'suspended' ? (
          <button
            role="menuitem"
            type="button"
            className="menu-place"
            onClick={() => void change({ state: 'active' }, words.restored(person.name))}
          >
            {words.restore}
          </button>
        ) : (
          <button
            role="menuitem"
            type="button"
            className="menu-place"
            onClick={() => setAsks('suspend')}
          >
            {words.suspend}
          </button>
        )}
        <button
          role="menuitem"
          type="button"
          className="menu-place"
          onClick={() => setAsks('remove')}
        >
          {words.remove}
        </button>
      </Menu>
      {asks === 'suspend' && (
        <Ask
          title={words.suspendTitle(person.name)}
          text={words.suspendText}
          doIt={words.suspendDo}
          busy={busy}
          onClose={close}
          onDo={() =>
            void change(
              { state: 'suspended', reason: reason.trim() },
              words.suspended(person.name),
            ).then((done) => done && close())
          }
        >
          <TextField
            label={words.reason}
            value={reason}
            onChange={setReason}
            maxLength={500}
            autoComplete="off"
          />
        </Ask>
      )}
      {asks === 'remove' && (
        <Ask
          title={words.removeTitle(person.name)}
          text={words.removeText}
          doIt={words.removeDo}
          busy={busy}
          onClose={close}
          onDo={() =>
            void act(() => platform.delete(path), words.removed(person.name)).then((done) => {
              if (!done) return;
              close();
              onRemoved();
            })
          }
        />
      )}
    </>
  );
}
