/** The two addresses of this app, read from the path. */
export type Route =
  | { readonly page: 'directory' }
  | { readonly page: 'watch'; readonly channel: string }
  | { readonly page: 'nowhere' };

export function routeOf(path: string): Route {
  if (path === '/' || path === '/index.html') return { page: 'directory' };
  const watch = /^\/watch\/([^/]+)\/?$/.exec(path)?.[1];
  if (watch === undefined) return { page: 'nowhere' };
  try {
    return { page: 'watch', channel: decodeURIComponent(watch) };
  } catch {
    return { page: 'nowhere' };
  }
}

/** Whether a click on a link stays in this app: plain left click, same origin, a page of ours. */
export function staysHere(event: MouseEvent, link: HTMLAnchorElement): boolean {
  if (
    event.defaultPrevented ||
    event.button !== 0 ||
    event.ctrlKey ||
    event.metaKey ||
    event.shiftKey ||
    event.altKey
  )
    return false;
  if (
    link.target !== '' ||
    link.hasAttribute('download') ||
    link.origin !== location.origin ||
    link.hash !== ''
  )
    return false;
  return routeOf(link.pathname).page !== 'nowhere';
}
