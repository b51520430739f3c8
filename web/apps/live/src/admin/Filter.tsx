import { useEffect, useState } from 'react';
import { TextField } from '@rostrum/ui';
import { useParameter } from '../routes';

const afterMs = 250;

/** A search that stands in the address, so that what is found can be linked. */
export function SearchFilter({ label }: { readonly label: string }) {
  const [query, setQuery] = useParameter('query');
  const [text, setText] = useState(query);
  useEffect(() => {
    if (text === query) return;
    const timer = setTimeout(() => setQuery(text), afterMs);
    return () => clearTimeout(timer);
  });
  return (
    <TextField
      label={label}
      type="search"
      value={text}
      onChange={setText}
      autoComplete="off"
      spellCheck={false}
      maxLength={254}
    />
  );
}
