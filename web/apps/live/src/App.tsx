import { lazy, Suspense, useEffect, useState } from 'react';
import { preloadPlayer } from '@rostrum/ui';
import { Directory } from './pages/Directory';
import { Nowhere } from './pages/Nowhere';
import { routeOf, staysHere } from './routes';

const Watch = lazy(() => {
  preloadPlayer();
  return import('./pages/Watch').then((m) => ({ default: m.Watch }));
});

const Past = lazy(() => import('./pages/Past').then((m) => ({ default: m.Past })));
const Replay = lazy(() => {
  preloadPlayer();
  return import('./pages/Replay').then((m) => ({ default: m.Replay }));
});

export function App() {
  const [path, setPath] = useState(location.pathname);
  useEffect(() => {
    const moved = () => setPath(location.pathname);
    const clicked = (event: MouseEvent) => {
      const link = event
        .composedPath()
        .find((e): e is HTMLAnchorElement => e instanceof HTMLAnchorElement);
      if (!link || !staysHere(event, link)) return;
      event.preventDefault();
      if (link.href !== location.href) history.pushState(null, '', link.href);
      moved();
      scrollTo(0, 0);
    };
    addEventListener('popstate', moved);
    document.addEventListener('click', clicked);
    return () => {
      removeEventListener('popstate', moved);
      document.removeEventListener('click', clicked);
    };
  }, []);
  const route = routeOf(path);
  switch (route.page) {
    case 'directory':
      return <Directory />;
    case 'watch':
      return (
        <Suspense fallback={null}>
          <Watch key={route.channel} id={route.channel} />
        </Suspense>
      );
    case 'past':
      return (
        <Suspense fallback={null}>
          <Past key={route.channel} id={route.channel} />
        </Suspense>
      );
    case 'replay':
      return (
        <Suspense fallback={null}>
          <Replay key={route.recording} id={route.channel} recording={route.recording} />
        </Suspense>
      );
    case 'nowhere':
      return <Nowhere />;
  }
}
