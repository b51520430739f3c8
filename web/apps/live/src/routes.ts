/** The addresses of this app, read from the path. */
export type Route =
  | { readonly page: 'directory' }
  | { readonly page: 'watch'; readonly channel: string }
  | { readonly page: 'past'; readonly channel: string }
  | { readonly page: 'replay'; readonly channel: string; readonly recording: string }
  | { readonly page: 'nowhere' };

export function routeOf(path: string): Route {
  if (path === '/' || path === '/index.html') return { page: 'directory' };
  const found = /^\/watch\/([^/]+)(?:\/(past|replay\/[A-Za-z0-9]{12}))?\/?$/.exec(path);
  if (!found?.[1]) return { page: 'nowhere' };
  try {
    const channel = decodeURIComponent(found[1]);
    const rest = found[2];
    if (rest === undefined) return { page: 'watch', channel };
    if (rest === 'past') return { page: 'past', channel };
    return { page: 'replay', channel, recording: rest.slice('replay/'.length) };
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
