import { useEffect } from 'react';
import { strings } from '../strings';

export function useTitle(name: string): void {
  useEffect(() => {
    document.title = name ? strings.pageTitle(name) : strings.title;
  }, [name]);
}
