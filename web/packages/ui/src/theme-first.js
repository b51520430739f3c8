// Before anything is painted: the theme that was chosen in this browser (theme.ts). A page that came with the
// device's colours and then changed them would flash.
try {
  const chosen = localStorage.getItem('rostrum.theme');
  if (chosen === 'light' || chosen === 'dark') {
    document.documentElement.dataset.theme = chosen;
    for (const meta of document.querySelectorAll('meta[name="theme-color"]')) {
      meta.dataset.scheme = meta.getAttribute('media').includes('dark') ? 'dark' : 'light';
      meta.setAttribute('media', meta.dataset.scheme === chosen ? 'all' : 'not all');
    }
  }
} catch {
  // Nothing may be kept here: the device's theme it is.
}
