import { useEffect, useState } from 'react';
import { platformError, type PlatformError } from '@rostrum/client/platform';
import {
  productSorts,
  type ProductItem,
  type ProductPage,
  type ProductSort,
  type ProductSource,
} from '@rostrum/client/studio';
import {
  Blank,
  Button,
  Dialog,
  Drawing,
  SelectField,
  Skeleton,
  TextField,
  toast,
} from '@rostrum/ui';
import { ProductPicture } from '@rostrum/ui/overlays';
import { failureWords } from '../shell/failure';
import { Trouble } from '../shell/Trouble';
import { useManagerText } from '../strings/manager';
import { products } from './calls';
import { icons } from './icons';
import { ImportResult, ProductForm, useImport } from './ProductForm';
import './ProductSearch.css';

const typedMs = 500;
const keywordMost = 150;

/** What was searched for, a little after somebody stopped typing. */
function useLater(text: string): string {
  const [later, setLater] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => setLater(text), typedMs);
    return () => clearTimeout(timer);
  }, [text]);
  return later;
}

interface Found {
  readonly key: string;
  readonly page: ProductPage | null;
  readonly error: PlatformError | null;
}

function useSearch(source: ProductSource, q: string, page: number, sort: ProductSort) {
  const [round, setRound] = useState(0);
  const key = `${source} ${q} ${page} ${sort}`;
  const [found, setFound] = useState<Found>({ key: '', page: null, error: null });
  const isIdle = source === 'amazon' && q === '';
  useEffect(() => {
    if (isIdle) return;
    const asked = new AbortController();
    products.search({ q, source, page, sort }, asked.signal).then(
      (answer) => setFound({ key, page: answer, error: null }),
      (cause: unknown) => {
        if (!asked.signal.aborted) setFound({ key, page: null, error: platformError(cause) });
      },
    );
    return () => asked.abort();
    // `key` is all of what is asked.
  }, [key, round, isIdle]);
  return {
    isIdle,
    isLoading: !isIdle && found.key !== key,
    page: isIdle ? null : found.page,
    error: found.key === key ? found.error : null,
    again: () => setRound((n) => n + 1),
  };
}

function Pager({
  page,
  pages,
  onPage,
}: {
  readonly page: number;
  readonly pages: number;
  readonly onPage: (page: number) => void;
}) {
  const words = useManagerText();
  if (pages <= 1) return null;
  return (
    <nav className="pager" aria-label={words.products}>
      <Button small label={words.previous} disabled={page <= 1} onClick={() => onPage(page - 1)}>
        <Drawing svg={icons.left} size={18} />
      </Button>
      <span>{words.page(page, pages)}</span>
      <Button small label={words.next} disabled={page >= pages} onClick={() => onPage(page + 1)}>
        <Drawing svg={icons.right} size={18} />
      </Button>
    </nav>
  );
}

/** Looks for a product to show, in one's own catalogue or elsewhere. */
export function ProductSearch({
  sources: [source],
  onChoose,
  onClose,
}: {
  readonly sources: readonly [ProductSource];
  readonly onChoose: (item: ProductItem) => void;
  readonly onClose: () => void;
}) {
  const words = useManagerText();
  const [typed, setTyped] = useState('');
  const [sort, setSort] = useState<ProductSort>('Relevance');
  const [page, setPage] = useState(1);
  const [editing, setEditing] = useState<ProductItem | 'new' | null>(null);
  const q = useLater(typed.trim());
  useEffect(() => setPage(1), [q, sort]);
  const search = useSearch(source, q, page, sort);
  const imports = useImport(() => search.again());
  const isOwn = source === 'own';
  const items = search.page?.items ?? [];
  const remove = (item: ProductItem) => {
    products.remove(item.id).then(
      () => {
        toast(words.removed(item.title), 'done', {
          label: words.undo,
          perform: () => {
            const { title, price, imageUrl, description, url } = item;
            void products.add({ title, price, imageUrl, description, url }).then(search.again);
          },
        });
        search.again();
      },
      (cause: unknown) => toast(failureWords(platformError(cause)), 'problem'),
    );
  };
  if (editing) {
    return (
      <ProductForm
        item={editing === 'new' ? null : editing}
        onClose={() => setEditing(null)}
        onDone={() => {
          setEditing(null);
          search.again();
        }}
      />
    );
  }
  return (
    <Dialog open onClose={onClose} title={isOwn ? words.ownProducts : words.amazon} wide>
      <div className="product-tools">
        <TextField
          label={words.searchProducts}
          value={typed}
          onChange={setTyped}
          type="search"
          maxLength={keywordMost}
        />
        <SelectField
          label={words.sort}
          value={sort}
          options={productSorts.map((value) => ({ value, label: words.sorts[value] }))}
          onChange={setSort}
        />
      </div>
      {isOwn && (
        <div className="product-adds">
          <Button small onClick={() => setEditing('new')}>
            <Drawing svg={icons.plus} size={16} /> {words.addProduct}
          </Button>
          <label className="button plain small">
            <Drawing svg={icons.upload} size={16} /> {words.importCsv}
            <input
              className="visually-hidden"
              type="file"
              accept=".csv,text/csv"
              onChange={(event) => {
                imports.take(event.target.files?.[0]);
                event.target.value = '';
              }}
            />
          </label>
          <span className="field-hint">{words.importHint}</span>
        </div>
      )}
      <ImportResult state={imports} />
      <Trouble error={search.error} again={search.again} />
      <div role="status" className="visually-hidden">
        {search.page && !search.isLoading ? words.found(search.page.total) : ''}
      </div>
      {search.isIdle ? (
        <Blank title={words.searchHint} />
      ) : search.isLoading && items.length === 0 ? (
        <div className="product-list">
          {[1, 2, 3].map((n) => (
            <Skeleton key={n} width="100%" height="72px" />
          ))}
        </div>
      ) : items.length === 0 && !search.error ? (
        q ? (
          <Blank title={words.nothingFound(q)} />
        ) : (
          <Blank title={words.noProducts}>{words.noProductsText}</Blank>
        )
      ) : (
        <ul className="product-list" aria-busy={search.isLoading || undefined}>
          {items.map((item, i) => (
            <li key={item.id || `${page} ${i}`}>
              <button
                type="button"
                className="product-choice"
                aria-label={words.chooseThat(item.title)}
                onClick={() => onChoose(item)}
              >
                <ProductPicture src={item.imageUrl} />
                <span className="product-choice-words">
                  <strong>{item.title}</strong>
                  <span className="quiet">{item.price}</span>
                </span>
              </button>
              {isOwn && item.id && (
                <>
                  <Button
                    small
                    kind="quiet"
                    label={words.editThat(item.title)}
                    onClick={() => setEditing(item)}
                  >
                    <Drawing svg={icons.pencil} size={18} />
                  </Button>
                  <Button
                    small
                    kind="quiet"
                    label={words.removeThat(item.title)}
                    onClick={() => remove(item)}
                  >
                    <Drawing svg={icons.trash} size={18} />
                  </Button>
                </>
              )}
            </li>
          ))}
        </ul>
      )}
      <Pager page={page} pages={search.page?.pages ?? 1} onPage={setPage} />
    </Dialog>
  );
}
