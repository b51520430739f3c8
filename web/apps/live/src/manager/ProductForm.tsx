import { useState, type FormEvent } from 'react';
import { isAddress } from '@rostrum/client/overlays';
import { platformError } from '@rostrum/client/platform';
import type { ImportAnswer, ProductItem } from '@rostrum/client/studio';
import { Button, Dialog, Notice, TextField, toast } from '@rostrum/ui';
import { ProductPicture } from '@rostrum/ui/overlays';
import { inputWords, refusedWords } from '../shell/refused';
import { useManagerText } from '../strings/manager';
import { products } from './calls';

const pictures = 'image/jpeg,image/png,image/webp';

/** A product of one's own catalogue, new or as it is. */
export function ProductForm({
  item,
  onDone,
  onClose,
}: {
  readonly item: ProductItem | null;
  readonly onDone: () => void;
  readonly onClose: () => void;
}) {
  const words = useManagerText();
  const [fields, setFields] = useState({
    title: item?.title ?? '',
    price: item?.price ?? '',
    description: item?.description ?? '',
    imageUrl: item?.imageUrl ?? '',
    url: item?.url ?? '',
  });
  const [picture, setPicture] = useState<File | null>(null);
  const [errors, setErrors] = useState<Readonly<Record<string, string>>>({});
  const [busy, setBusy] = useState(false);
  type Name = keyof typeof fields;
  const field = (name: Name, label: string, more: { hint?: string; lines?: number } = {}) => (
    <TextField
      label={label}
      value={fields[name]}
      onChange={(to) => {
        setFields({ ...fields, [name]: to });
        setErrors({ ...errors, [name]: '' });
      }}
      error={errors[name] || undefined}
      {...more}
    />
  );
  const save = async () => {
    const { title, price, description, imageUrl, url } = fields;
    const found: Record<string, string> = {};
    if (title.trim() === '') found['title'] = words.problems.empty;
    if (price.trim() === '') found['price'] = words.problems.empty;
    if (imageUrl && !isAddress(imageUrl)) found['imageUrl'] = words.problems.no_address;
    if (url && !isAddress(url)) found['url'] = words.problems.no_address;
    setErrors(found);
    if (Object.keys(found).length > 0) return;
    setBusy(true);
    try {
      // A picture of ours stays what it is unless another one is chosen.
      const isOurs = imageUrl.startsWith('/');
      const written = {
        title: title.trim(),
        price: price.trim(),
        description: description.trim(),
        url: url.trim(),
        ...(isOurs ? {} : { imageUrl: imageUrl.trim() }),
      };
      let id = item?.id ?? '';
      if (id) await products.change(id, written);
      else id = await products.add(written);
      if (picture && id) await products.setImage(id, picture);
      toast(words.saved);
      onDone();
    } catch (cause) {
      const error = platformError(cause);
      setErrors({ [error.field in fields ? error.field : 'form']: refusedWords(error) });
    } finally {
      setBusy(false);
    }
  };
  return (
    <Dialog
      open
      onClose={onClose}
      title={item ? words.editProduct : words.addProduct}
      actions={
        <>
          <Button onClick={onClose}>{words.back}</Button>
          <Button kind="primary" onClick={() => void save()} disabled={busy}>
            {words.save}
          </Button>
        </>
      }
    >
      <form
        className="overlay-form"
        noValidate
        onSubmit={(event: FormEvent) => {
          event.preventDefault();
          void save();
        }}
      >
        {field('title', words.productTitle)}
        {field('price', words.price)}
        {field('description', words.description, { lines: 3, hint: words.optional })}
        {field('url', words.shopUrl, { hint: words.optional })}
        {field('imageUrl', words.imageUrl, { hint: words.imageHint })}
        <label className="picture-choice">
          <ProductPicture src={picture ? '' : fields.imageUrl} />
          <span>
            <span className="button plain small">{words.uploadPicture}</span>
            <span className="field-hint">{picture?.name ?? words.pictureHint}</span>
          </span>
          <input
            className="visually-hidden"
            type="file"
            accept={pictures}
            onChange={(event) => setPicture(event.target.files?.[0] ?? null)}
          />
        </label>
        <div role="alert">{errors['form'] && <Notice>{errors['form']}</Notice>}</div>
        <button type="submit" hidden tabIndex={-1} aria-hidden="true" />
      </form>
    </Dialog>
  );
}

export interface ImportState {
  readonly answer: ImportAnswer | null;
  readonly failure: string;
  readonly busy: boolean;
  readonly take: (file: File | undefined) => void;
}

/** Reads a table into the catalogue. */
export function useImport(done: () => void): ImportState {
  const [answer, setAnswer] = useState<ImportAnswer | null>(null);
  const [failure, setFailure] = useState('');
  const [busy, setBusy] = useState(false);
  const take = (file: File | undefined) => {
    if (!file) return;
    setBusy(true);
    setFailure('');
    setAnswer(null);
    products
      .importCsv(new Blob([file], { type: 'text/csv' }))
      .then(
        (told) => {
          setAnswer(told);
          done();
        },
        (cause: unknown) => setFailure(refusedWords(platformError(cause))),
      )
      .finally(() => setBusy(false));
  };
  return { answer, failure, busy, take };
}

/** What came of it, with the lines that could not be taken. */
export function ImportResult({ state: { answer, failure } }: { readonly state: ImportState }) {
  const words = useManagerText();
  return (
    <div role="status" className="import-result">
      {failure && <Notice>{failure}</Notice>}
      {answer && (
        <>
          <p>
            {words.imported(answer.imported)}, {words.updated(answer.updated)}.
          </p>
          {answer.failed.length > 0 && (
            <details>
              <summary>
                {words.failedLines} ({answer.failed.length})
              </summary>
              <ul>
                {answer.failed.map(({ line, message }) => (
                  <li key={line}>
                    {words.line(line)}: {inputWords(message)}
                  </li>
                ))}
              </ul>
            </details>
          )}
        </>
      )}
    </div>
  );
}
