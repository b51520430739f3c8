import './Skeleton.css';

/** Stands where something will be, in its size. */
export function Skeleton({ width, height }: { readonly width: string; readonly height: string }) {
  return <span aria-hidden="true" className="skeleton" style={{ width, height }} />;
}
