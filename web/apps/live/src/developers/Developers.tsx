import { useEffect, useMemo, useState } from 'react';
import { platformError, type PlatformError } from '@rostrum/client/platform';
import { Skeleton, Tag, TextField } from '@rostrum/ui';
import { Main } from '../shell/Main';
import { platform } from '../shell/platform';
import { Trouble } from '../shell/Trouble';
import { useDevelopersText } from '../strings/developers';
import { fits, groupsOf, type Document, type Operation } from './document';
import { OperationDetails } from './OperationDetails';
import './Developers.css';

function Row({ operation }: { readonly operation: Operation }) {
  const words = useDevelopersText();
  const [isOpen, setOpen] = useState(false);
  return (
    <details className="api-row" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>
        <span className="api-method">{operation.method}</span>
        <code>{operation.path.replace('/api/platform/v1', '')}</code>
        <span className="api-summary">{operation.summary}</span>
        <Tag>{words.access[operation.access] ?? operation.access}</Tag>
      </summary>
      {isOpen && <OperationDetails operation={operation} />}
    </details>
  );
}

/** Every route of the platform, from the document that the server makes, with a form to try each. */
export function Developers() {
  const words = useDevelopersText();
  const [document, setDocument] = useState<Document | null>(null);
  const [error, setError] = useState<PlatformError | null>(null);
  const [round, setRound] = useState(0);
  const [filter, setFilter] = useState('');
  useEffect(() => {
    const leaving = new AbortController();
    setError(null);
    platform
      .get<Document>('/openapi.json', { signal: leaving.signal })
      .then(setDocument)
      .catch((cause: unknown) => {
        if (!leaving.signal.aborted) setError(platformError(cause));
      });
    return () => leaving.abort();
  }, [round]);
  const groups = useMemo(
    () =>
      (document ? groupsOf(document) : [])
        .map((group) => ({
          ...group,
          operations: group.operations.filter((one) => fits(one, filter.trim())),
        }))
        .filter(({ operations }) => operations.length > 0),
    [document, filter],
  );
  return (
    <Main title={words.title} className="page developers">
      <h1>{words.title}</h1>
      <p>{words.lead}</p>
      <p className="quiet">
        {words.token}{' '}
        <a href={platform.address('/openapi.json')} target="_blank" rel="noreferrer">
          {words.file}
        </a>
      </p>
      <Trouble error={error} again={() => setRound((n) => n + 1)} />
      <TextField
        label={words.filter}
        hint={words.filterHint}
        type="search"
        value={filter}
        onChange={setFilter}
      />
      {!document && !error && <Skeleton width="100%" height="360px" />}
      {document && groups.length === 0 && <p>{words.nothing}</p>}
      {groups.map(({ name, operations }) => (
        <section key={name} aria-label={name}>
          <h2>{name}</h2>
          {operations.map((operation) => (
            <Row key={operation.id} operation={operation} />
          ))}
        </section>
      ))}
    </Main>
  );
}
