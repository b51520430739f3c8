/** Products to show on the picture: one's own catalogue, and what can be searched elsewhere. */
import type { OverlayFields } from '../overlays/types';
import { addressOf, countOf, fieldsOf, listOf, textOf } from './fields';
import type { PlatformApi } from './http';

export type ProductSource = 'own' | 'amazon';

export const productSorts = [
  'Relevance',
  'NewestArrivals',
  'Price:LowToHigh',
  'Price:HighToLow',
  'Featured',
] as const;
export type ProductSort = (typeof productSorts)[number];

export interface ProductItem {
  /** Empty for what is not in one's own catalogue. */
  readonly id: string;
  readonly title: string;
  readonly price: string;
  readonly imageUrl: string;
  readonly description: string;
  readonly url: string;
  /** All of it, as it is shown by the overlay of its kind. */
  readonly raw: OverlayFields;
}

export interface ProductPage {
  readonly items: readonly ProductItem[];
  readonly total: number;
  readonly page: number;
  readonly pages: number;
}

export interface ProductWritten {
  readonly title: string;
  readonly price: string;
  readonly imageUrl?: string;
  readonly description?: string;
  readonly url?: string;
}

export interface ImportAnswer {
  readonly imported: number;
  readonly updated: number;
  readonly failed: readonly { readonly line: number; readonly message: string }[];
}

function largest(images: unknown): string {
  if (typeof images !== 'object' || images === null) return '';
  const sizes = images as Readonly<Record<string, unknown>>;
  for (const name of ['large', 'medium', 'small']) {
    const one = sizes[name];
    const url =
      typeof one === 'object' && one !== null ? addressOf((one as { url?: unknown }).url) : '';
    if (url) return url;
  }
  return '';
}

function parseProduct(value: unknown): ProductItem {
  const from = fieldsOf(value, 'product');
  const title = textOf(from['title']);
  if (title === '') throw new TypeError('a product without a title');
  const price = from['price'];
  const { id } = from;
  return {
    id: typeof id === 'number' ? String(id) : textOf(id),
    title,
    price:
      typeof price === 'object' && price !== null
        ? textOf((price as { displayAmount?: unknown }).displayAmount)
        : textOf(price),
    imageUrl: addressOf(from['imageUrl']) || largest(from['images']),
    description: textOf(from['description']),
    url: addressOf(from['url']) || addressOf(from['productURL']),
    raw: from,
  };
}

export const createProducts = (api: PlatformApi) => ({
  search: async (
    query: {
      readonly q: string;
      readonly source: ProductSource;
      readonly page: number;
      readonly sort?: ProductSort;
      readonly language?: string;
    },
    signal?: AbortSignal,
  ): Promise<ProductPage> => {
    const from = fieldsOf(await api.get('/products', { query, signal }), 'products');
    const items = listOf(from['items'], parseProduct);
    return {
      items,
      total: countOf(from['total']) || items.length,
      page: countOf(from['page']) || query.page,
      pages: Math.max(1, countOf(from['pages'])),
    };
  },
  add: async (product: ProductWritten): Promise<string> => {
    const from = fieldsOf(await api.post('/me/products', product), 'product');
    const { id } = from;
    return typeof id === 'number' ? String(id) : textOf(id);
  },
  change: (id: string, product: ProductWritten) =>
    api.put(`/me/products/${encodeURIComponent(id)}`, product),
  remove: (id: string) => api.delete(`/me/products/${encodeURIComponent(id)}`),
  setImage: (id: string, picture: Blob) =>
    api.put(`/me/products/${encodeURIComponent(id)}/image`, picture),
  importCsv: async (table: Blob): Promise<ImportAnswer> => {
    const from = fieldsOf(await api.post('/me/products/import', table), 'import');
    return {
      imported: countOf(from['imported']),
      updated: countOf(from['updated']),
      failed: listOf(from['failed'], (one) => {
        const { line, message } = fieldsOf(one, 'line');
        return { line: countOf(line), message: textOf(message) };
      }),
    };
  },
});

export type ProductCalls = ReturnType<typeof createProducts>;
