import '@rostrum/ui/base.css';
import { startTransition, StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './App';
import { codeOf } from './shell/entries';
import { routeOf } from './routes';
import { preferredLanguage, speak } from './strings';
import './app.css';

speak(preferredLanguage());

/** How long the first drawing waits for the page's own code: drawing twice costs a phone more than that. */
const patienceMs = 300;

const root = document.getElementById('root');
if (root) {
  const app = (
    <StrictMode>
      <App />
    </StrictMode>
  );
  const patience = new Promise<void>((resolve) => setTimeout(resolve, patienceMs));
  // In slices, between which the page hears fingers and keys.
  const draw = () => startTransition(() => createRoot(root).render(app));
  void Promise.race([codeOf(routeOf(location.pathname)), patience]).then(draw);
}
