import { useState, type FormEvent } from 'react';
import { Button, CopyField, TextField } from '@rostrum/ui';
import { platform } from '../shell/platform';
import { useDevelopersText } from '../strings/developers';
import { addressOf, curlOf, exampleOf, typeOf, type Operation, type Schema } from './document';

const own = '/api/platform/v1';

function Members({ title, schema }: { readonly title: string; readonly schema: Schema }) {
  const words = useDevelopersText();
  const rows = Object.entries(schema.properties ?? {});
  if (rows.length === 0) return null;
  return (
    <div className="api-members" tabIndex={0} role="group" aria-label={title}>
      <table>
        <caption>{title}</caption>
        <thead>
          <tr>
            <th scope="col">{words.name}</th>
            <th scope="col">{words.type}</th>
            <th scope="col">{words.meaning}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map(([name, member]) => (
            <tr key={name}>
              <td>
                <code>{name}</code>
                {schema.required?.includes(name) && ` (${words.required})`}
              </td>
              <td>{typeOf(member)}</td>
              <td>{member.description ?? ''}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

interface Given {
  readonly status: string;
  readonly text: string;
}

/** Sends it as the person who looks at the page, by the page's own session. */
async function call(operation: Operation, address: string, body: string): Promise<Given> {
  const headers: Record<string, string> = { accept: 'application/json' };
  if (operation.method !== 'GET') {
    headers['content-type'] = 'application/json';
    const { csrfToken } = await platform.get<{ csrfToken: string }>('/session');
    headers['x-csrf-token'] = csrfToken;
    platform.setToken(csrfToken);
  }
  const answer = await fetch(address, {
    method: operation.method,
    headers,
    credentials: 'same-origin',
    ...(operation.body ? { body } : {}),
  });
  const text = await answer.text();
  let shown = text;
  try {
    shown = JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    // as it is, then
  }
  return { status: `${answer.status} ${answer.statusText}`, text: shown };
}

function Form({ operation }: { readonly operation: Operation }) {
  const words = useDevelopersText();
  const [values, setValues] = useState<Readonly<Record<string, string>>>({});
  const [body, setBody] = useState(() =>
    operation.body ? JSON.stringify(exampleOf(operation.body), null, 2) : '',
  );
  const [wrong, setWrong] = useState<string | null>(null);
  const [isSending, setSending] = useState(false);
  const [given, setGiven] = useState<Given | null>(null);
  const isOurs = operation.path.startsWith(own) && !operation.isUpload;
  const address = addressOf(operation, values);

  const send = (event: FormEvent) => {
    event.preventDefault();
    if (isSending) return;
    try {
      if (operation.body) JSON.parse(body);
      setWrong(null);
    } catch {
      setWrong(words.badBody);
      return;
    }
    setSending(true);
    call(operation, address, body)
      .then(setGiven)
      .catch((cause: unknown) => setGiven({ status: '', text: String(cause) }))
      .finally(() => setSending(false));
  };

  return (
    <form onSubmit={send} aria-label={words.tryIt} className="api-form">
      {operation.parameters.map(({ name, required, schema }) => (
        <TextField
          key={name}
          label={name}
          hint={schema.description}
          code
          required={required === true && isOurs}
          value={values[name] ?? ''}
          onChange={(value) => setValues((known) => ({ ...known, [name]: value }))}
        />
      ))}
      {operation.body && (
        <TextField
          label={words.body}
          error={wrong}
          code
          lines={Math.min(12, body.split('\n').length + 1)}
          value={body}
          onChange={setBody}
        />
      )}
      {isOurs ? (
        <p className="api-send">
          <Button type="submit" disabled={isSending}>
            {isSending ? words.sending : words.send}
          </Button>
          {operation.method !== 'GET' && <span className="quiet">{words.changes}</span>}
        </p>
      ) : (
        <p className="quiet">{operation.isUpload ? words.upload : words.elsewhere}</p>
      )}
      <CopyField label={words.line} value={curlOf(operation, address, body, location.origin)} />
      <div role="status">
        {given && (
          <>
            <p>
              {words.answer}: <strong>{given.status}</strong>
            </p>
            <pre tabIndex={0}>{given.text || `(${words.empty})`}</pre>
          </>
        )}
      </div>
    </form>
  );
}

/** What a route takes and gives, and a form to call it. */
export function OperationDetails({ operation }: { readonly operation: Operation }) {
  const words = useDevelopersText();
  return (
    <div className="api-details">
      {operation.body && <Members title={words.takes} schema={operation.body} />}
      {operation.answer && <Members title={words.gives} schema={operation.answer} />}
      <Form operation={operation} />
    </div>
  );
}
