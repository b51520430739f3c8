// Products for overlays: a shop that speaks Amazon's Product Advertising API, and one's own catalogue.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { credentials, startShop } from './support/amazon_products.mjs';
import { base, register, startPlatform, tokenOf, Visitor } from './support/platform.mjs';

const products = (shop, changes = {}) => ({
  amazon_access_key: credentials.accessKeyId, amazon_secret_key: credentials.secretAccessKey,
  amazon_partner_tag: 'mystream', amazon_region_code: '21', amazon_locale: 'www.amazon.de', amazon_endpoint: shop.url,
  ...changes,
});

test('a shop is searched: signed, page by page, in its language, at most once a second', async (t) => {
  const shop = await startShop(t);
  const server = await startPlatform(t, { products: products(shop) });
  const anna = await register(server, 'anna');
  const look = (query) => anna.get(`/products?source=amazon&${query}`);

  const first = (await look('q=reading%20lamp')).body;
  assert.equal(first.total, 53);
  assert.equal(first.pages, 5);
  assert.equal(first.items.length, 10);
  assert.deepEqual(first.items[0], {
    title: 'Lamp 1 (de_DE)', price: '1,00 €', imageUrl: 'https://images.example/500.jpg',
    url: 'https://www.amazon.example/dp/B1?tag=mystream-21&linkCode=osi',
    images: {
      large: { url: 'https://images.example/500.jpg' }, medium: { url: 'https://images.example/160.jpg' },
      small: { url: 'https://images.example/75.jpg' },
    },
    merchantInfo: { id: 'M1', name: 'Shop' },
  });
  assert.equal(first.items[4].price, '');
  const asked = shop.requests[0].body;
  assert.equal(asked.Keywords, 'reading lamp');
  assert.equal(asked.Marketplace, 'www.amazon.de');
  assert.equal(asked.PartnerTag, 'mystream-21');
  assert.equal(asked.SortBy, 'Relevance');

  // The same again is remembered: nobody is asked.
  assert.deepEqual((await look('q=reading%20lamp')).body, first);
  assert.equal(shop.requests.length, 1);

  // Three at once wait for each other.
  const [dear, english, last] = await Promise.all([
    look('q=lamp&sort=Price:HighToLow'), look('q=lamp&language=en'), look('q=lamp&page=5')]);
  assert.deepEqual([dear.status, english.status, last.status], [200, 200, 200], JSON.stringify([dear.body, english.body, last.body]));
  assert.match(dear.body.items[0].title, /^Lamp 53/);
  assert.match(english.body.items[0].title, /en_GB/);
  assert.match(last.body.items[0].title, /^Lamp 41/);
  assert.ok(shop.requests.every(({ status }) => status === 200), 'the shop was never asked too fast');
  assert.deepEqual((await look('q=teapot')).body, { items: [], total: 0, page: 1, pages: 0 });

  for (const query of ['q=', 'q=lamp&page=6', 'q=lamp&page=0', 'q=lamp&sort=Cheapest', `q=${'x'.repeat(151)}`]) {
    assert.equal((await look(query)).status, 400, query);
  }
  assert.equal((await new Visitor(server).get('/products?source=amazon&q=lamp')).status, 401);
  assert.ok(!server.output().includes(credentials.secretAccessKey), 'the secret is in the log');
});

test('a shop that refuses, is too busy, or talks nonsense', async (t) => {
  const shop = await startShop(t);
  const server = await startPlatform(t, { products: products(shop) });
  const anna = await register(server, 'anna');
  const rows = [
    [{ status: 429, body: { Errors: [{ Code: 'TooManyRequests' }] } }, 429, 'TooManyRequests'],
    [{ status: 403, body: { Errors: [{ Code: 'AccessDenied', Message: 'no' }] } }, 502, 'Shop'],
    [{ status: 200, body: '<html>' }, 502, 'Shop'],
    [{ status: 500, body: '' }, 502, 'Shop'],
  ];
  for (const [next, status, type] of rows) {
    shop.next = next;
    const answer = await anna.get('/products?source=amazon&q=lamp');
    assert.deepEqual([answer.status, answer.body.type], [status, type]);
  }
  // What failed is not remembered.
  assert.equal((await anna.get('/products?source=amazon&q=lamp')).status, 200);
  // More than a few at once are sent away at once.
  const crowd = await Promise.all(Array.from({ length: 8 }, (_, i) => anna.get(`/products?source=amazon&q=lamp%20${i}`)));
  const refused = crowd.filter(({ status }) => status === 429);
  assert.ok(refused.length >= 2, JSON.stringify(crowd.map(({ status }) => status)));
  assert.ok(refused.every(({ headers }) => Number(headers.get('retry-after')) > 0));
  assert.ok(crowd.some(({ status }) => status === 200));
});

test('wrong keys are the operator\'s to learn', async (t) => {
  const shop = await startShop(t);
  const server = await startPlatform(t, { products: products(shop, { amazon_secret_key: 'wrong-secret-key' }) });
  const anna = await register(server, 'anna');
  const answer = await anna.get('/products?source=amazon&q=lamp');
  assert.deepEqual([answer.status, answer.body.type], [502, 'Shop']);
  assert.match(server.output(), /InvalidSignature/);
  assert.ok(!server.output().includes('wrong-secret-key'));
});

test('the demo\'s route', async (t) => {
  const shop = await startShop(t);
  const server = await startPlatform(t, { products: products(shop) });
  const anna = await register(server, 'anna');
  const Authorization = await tokenOf(server, 'anna');
  const ask = (path, headers = { Authorization }) => new Visitor(server).ask('GET', path, undefined, headers);

  const { status, body } = await ask('/products/desk%20lamp?sort=Relevance&page=1&language=de');
  assert.equal(status, 200);
  assert.deepEqual(Object.keys(body).sort(), ['items', 'keyword', 'searchCount']);
  assert.deepEqual([body.searchCount, body.keyword, body.items.length], [53, 'desk lamp', 10]);
  assert.deepEqual(body.items[0].price, { displayAmount: '1,00 €' });
  assert.equal(body.items[0].productURL, 'https://www.amazon.example/dp/B1?tag=mystream-21&linkCode=osi');
  assert.equal(body.items[0].images.medium.url, 'https://images.example/160.jpg');
  assert.equal('price' in body.items[4], false);

  const rows = [
    ['/products/lamp', { status: 429, body: {} }, 429, 'TooManyRequestsException'],
    ['/products/lamp?origin=sort', { status: 500, body: {} }, 500, 'SortProductsException'],
    ['/products/lamp', { status: 500, body: {} }, 500, 'UnexpectedException'],
  ];
  for (const [path, next, wanted, type] of rows) {
    shop.next = next;
    const answer = await ask(path);
    assert.deepEqual([answer.status, answer.body.__type], [wanted, type]);
  }
  const stranger = await ask('/products/lamp', {});
  assert.deepEqual([stranger.status, stranger.body.__type], [401, 'UnauthorizedException']);
  assert.equal(anna.name, 'anna');
});

test('a catalogue of one\'s own, from a table and with pictures', async (t) => {
  const server = await startPlatform(t);
  const anna = await register(server, 'anna');
  const table = new TextEncoder().encode('Title,Price,Image URL,SKU\r\n"Lamp, old",9 €,https://images.example/a.png,1\r\n,3,,2\r\nChair,4,,3\r\n');
  const imported = await anna.ask('POST', `${base}/me/products/import`, table, { 'Content-Type': 'text/csv' });
  assert.deepEqual(imported.body, {
    imported: 2, updated: 0, failed: [{ line: 3, message: 'A product needs a title.' }], failedCount: 1,
  });
  const chair = (await anna.must('GET', '/products?q=chair')).items[0];

  // A picture of one octet is none; a real one is made anew and can be loaded.
  const picture = (octets) => anna.ask('PUT', `${base}/me/products/${chair.id}/image`, octets, { 'Content-Type': 'image/png' });
  assert.ok([415, 422].includes((await picture(new Uint8Array([1]))).status));
  const png = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==', 'base64');
  const kept = await picture(png);
  assert.equal(kept.status, 200, JSON.stringify(kept.body));
  assert.match(kept.body.imageUrl, /^http:\/\/.+\/api\/platform\/v1\/assets\//);
  const loaded = await fetch(kept.body.imageUrl);
  assert.equal(loaded.status, 200);
  assert.match(loaded.headers.get('content-type'), /^image\//);
  // It stays when its address comes back.
  const same = await anna.must('PUT', `/me/products/${chair.id}`, { title: 'Chair', price: '5', imageUrl: kept.body.imageUrl });
  assert.equal(same.imageUrl, kept.body.imageUrl);
  const other = await anna.must('PUT', `/me/products/${chair.id}`, { title: 'Chair', price: '5' });
  assert.equal(other.imageUrl, '');

  const tooLarge = await anna.ask('POST', `${base}/me/products/import`, new Uint8Array((2 << 20) + 1), { 'Content-Type': 'text/csv' });
  assert.equal(tooLarge.status, 413);
});
