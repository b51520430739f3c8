import { useState } from 'react';
import { roles, type AccountState, type Person, type Role } from '@rostrum/client/platform';
import { ago, Avatar, Button, exactTime, SelectField, Tag, useNow } from '@rostrum/ui';
import { to, useParameter } from '../routes';
import { platform } from '../shell/platform';
import { useMe } from '../shell/session';
import { useAdminText } from '../strings/admin';
import { day } from '../strings/text';
import { SearchFilter } from './Filter';
import { List } from './List';
import { NewPerson } from './NewPerson';
import { PersonActions } from './PersonActions';
import { usePages } from './usePages';

interface Answer {
  readonly accounts: readonly Person[];
  readonly next?: string;
}
const states: readonly AccountState[] = ['active', 'unverified', 'suspended'];

export function People() {
  const words = useAdminText();
  const me = useMe();
  const now = useNow(60_000);
  const [query] = useParameter('query');
  const [role, setRole] = useParameter('role');
  const [state, setState] = useParameter('state');
  const [isMaking, setMaking] = useState(false);
  const pages = usePages<Person>(`${query} ${role} ${state}`, async (after, signal) => {
    const answer = await platform.get<Answer>('/admin/accounts', {
      query: { query, role, state, after, limit: 50 },
      signal,
    });
    return { rows: answer.accounts, next: answer.next };
  });
  const replace = (person: Person) =>
    pages.change((rows) => rows.map((row) => (row.id === person.id ? person : row)));
  return (
    <>
      <div className="admin-filter">
        <SearchFilter label={words.searchPeople} />
        <SelectField<Role | ''>
          label={words.role}
          value={roles.find((one) => one === role) ?? ''}
          options={[
            { value: '', label: words.all },
            ...roles.map((value) => ({ value, label: words.roles[value] })),
          ]}
          onChange={setRole}
        />
        <SelectField<AccountState | ''>
          label={words.state}
          value={states.find((one) => one === state) ?? ''}
          options={[
            { value: '', label: words.all },
            ...states.map((value) => ({ value, label: words.states[value] })),
          ]}
          onChange={setState}
        />
        <Button kind="primary" onClick={() => setMaking(true)}>
          {words.makePerson}
        </Button>
      </div>
      <List
        pages={pages}
        emptyTitle={words.nobody}
        emptyText={words.nobodyText}
        keyOf={(person) => person.id}
      >
        {(person) => {
          const seen = Date.parse(person.lastSeenAt ?? '');
          return (
            <div className="admin-row">
              <Avatar face={person} size={40} />
              <div className="admin-who">
                <a href={to.channel(person.name)}>{person.name}</a>
                {person.id === me.id && <Tag>{words.you}</Tag>}
                <span className="quiet">{person.email}</span>
              </div>
              <div className="admin-tags">
                <Tag>{words.roles[person.role]}</Tag>
                {person.state !== 'active' && (
                  <Tag tone="warning">{words.states[person.state]}</Tag>
                )}
              </div>
              <dl className="admin-facts">
                <div>
                  <dt>{words.joined}</dt>
                  <dd>{day(person.createdAt)}</dd>
                </div>
                <div>
                  <dt>{words.seen}</dt>
                  <dd title={Number.isNaN(seen) ? undefined : exactTime(seen)}>
                    {Number.isNaN(seen) ? words.never : ago(seen, now)}
                  </dd>
                </div>
              </dl>
              {person.id === me.id ? (
                <span className="admin-no-act" />
              ) : (
                <PersonActions
                  person={person}
                  onChanged={replace}
                  onRemoved={() =>
                    pages.change((rows) => rows.filter((row) => row.id !== person.id))
                  }
                />
              )}
            </div>
          );
        }}
      </List>
      {isMaking && (
        <NewPerson
          onClose={() => setMaking(false)}
          onMade={(person) => {
            setMaking(false);
            pages.change((rows) => [person, ...rows]);
          }}
        />
      )}
    </>
  );
}
