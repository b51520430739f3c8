// Shows what the server tells this browser while no page is open, and opens the channel it is about.
'use strict';

const ownPath = (value) => {
  try {
    const url = new URL(String(value || '/'), self.location.origin);
    return url.origin === self.location.origin ? url.pathname + url.search : '/';
  } catch {
    return '/';
  }
};

self.addEventListener('push', (event) => {
  let told = {};
  try {
    told = event.data.json();
  } catch {
    // A notification without words is better than the browser's own complaint about none.
  }
  const name = String(told.name || '');
  const isLive = navigator.language.startsWith('de') ? 'ist live' : 'is live';
  const title = name ? `${name} ${isLive}` : 'Live';
  event.waitUntil(
    self.registration.showNotification(title, {
      body: String(told.title || ''),
      tag: String(told.tag || title),
      data: { path: ownPath(told.url) },
    }),
  );
});

self.addEventListener('notificationclick', (event) => {
  event.notification.close();
  const path = ownPath(event.notification.data && event.notification.data.path);
  event.waitUntil(
    self.clients.matchAll({ type: 'window' }).then((windows) => {
      const open = windows.find((one) => new URL(one.url).pathname === path);
      return open ? open.focus() : self.clients.openWindow(path);
    }),
  );
});
