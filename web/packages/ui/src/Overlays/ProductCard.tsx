import { useEffect, useState } from 'react';
import type { AmazonProduct, Product } from '@rostrum/client/overlays';
import external from 'lucide-static/icons/external-link.svg?raw';
import bag from 'lucide-static/icons/shopping-bag.svg?raw';
import { Dialog } from '../Dialog/Dialog';
import { Drawing } from '../Icon/Icon';
import { OverlayCard, type OverlayPlace } from './OverlayCard';
import { useOverlayWords } from './strings';

/** A picture from wherever it is: without telling that place where it is shown, and without a hole if it is not there. */
export function ProductPicture({ src, alt = '' }: { readonly src: string; readonly alt?: string }) {
  const [isMissing, setMissing] = useState(src === '');
  useEffect(() => setMissing(src === ''), [src]);
  return (
    <span className="product-picture">
      {isMissing ? (
        <Drawing svg={bag} size={28} />
      ) : (
        <img
          src={src}
          alt={alt}
          loading="lazy"
          decoding="async"
          referrerPolicy="no-referrer"
          onError={() => setMissing(true)}
        />
      )}
    </span>
  );
}

/** A link that leaves, said before it is followed. */
function ShopLink({ href, label }: { readonly href: string; readonly label: string }) {
  const words = useOverlayWords();
  return (
    <a className="button primary" href={href} target="_blank" rel="noopener noreferrer sponsored">
      {label} <Drawing svg={external} size={16} />
      <span className="visually-hidden">{words.newTab}</span>
    </a>
  );
}

export interface ProductCardProps {
  readonly data: Product | AmazonProduct;
  /** "Learn more" of a product of the streamer's own. */
  readonly onOpen: () => void;
  readonly place?: OverlayPlace;
  readonly onDismiss?: () => void;
}

export const isAmazon = (data: Product | AmazonProduct): data is AmazonProduct =>
  'productUrl' in data;

/** Something to have, as long as the streamer shows it. */
export function ProductCard({ data, onOpen, place = 'picture', onDismiss }: ProductCardProps) {
  const words = useOverlayWords();
  return (
    <OverlayCard kind={words.product} place={place} className="product-card" onDismiss={onDismiss}>
      <div className="product-row">
        <ProductPicture src={data.imageUrl} />
        <div className="product-words">
          <p className="product-title">{data.title}</p>
          {data.price && <p className="product-price">{data.price}</p>}
        </div>
      </div>
      {isAmazon(data) ? (
        data.productUrl && <ShopLink href={data.productUrl} label={words.onAmazon} />
      ) : (
        <button type="button" className="button primary" aria-haspopup="dialog" onClick={onOpen}>
          {words.learnMore}
        </button>
      )}
    </OverlayCard>
  );
}

/** All about a product. */
export function ProductDialog({
  data,
  open,
  onClose,
}: {
  readonly data: Product;
  readonly open: boolean;
  readonly onClose: () => void;
}) {
  const words = useOverlayWords();
  return (
    <Dialog
      open={open}
      onClose={onClose}
      title={data.title}
      actions={data.url ? <ShopLink href={data.url} label={words.toShop} /> : undefined}
    >
      <div className="product-dialog">
        <ProductPicture src={data.imageUrl} alt={data.title} />
        <p className="product-price">{data.price}</p>
        <p className="product-about">{data.description}</p>
      </div>
    </Dialog>
  );
}
