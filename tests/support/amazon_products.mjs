// A shop that speaks Amazon's Product Advertising API 5 as far as SearchItems: it checks what is signed, by whom and for
// which region, allows one request a second, and has fifty-three lamps.
import { createServer } from 'node:http';
import { sign } from './sigv4.mjs';

export const credentials = { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY' };
const target = 'com.amazon.paapi5.v1.ProductAdvertisingAPIv1.SearchItems';
const sorts = ['Relevance', 'NewestArrivals', 'Price:LowToHigh', 'Price:HighToLow', 'Featured'];
const stock = 53;

const refusal = (status, Code, Message = Code) =>
  ({ status, body: { __type: `com.amazon.paapi5#${Code}Exception`, Errors: [{ Code, Message }] } });

/** What is wrong with a signature; nothing if it is right. */
function fault(request, body, region) {
  const parts = /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([^/]+)\/([^/]+)\/aws4_request, ?SignedHeaders=([^,]+), ?Signature=(\w{64})$/
    .exec(request.headers.authorization ?? '');
  if (!parts) return refusal(401, 'IncompleteSignature');
  const [, key, , givenRegion, service, names] = parts;
  if (key !== credentials.accessKeyId) return refusal(401, 'UnrecognizedClient');
  if (givenRegion !== region || service !== 'ProductAdvertisingAPI') return refusal(401, 'InvalidSignature', 'scope');
  const stamp = request.headers['x-amz-date'] ?? '';
  const date = new Date(stamp.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'));
  if (!(Math.abs(date - Date.now()) < 300_000)) return refusal(401, 'RequestExpired');
  const listed = names.split(';');
  for (const name of ['content-encoding', 'host', 'x-amz-date', 'x-amz-target']) {
    if (!listed.includes(name)) return refusal(401, 'InvalidSignature', `${name} is not signed`);
  }
  const headers = Object.fromEntries(listed.filter((name) => name !== 'host' && name !== 'x-amz-date')
    .map((name) => [name, request.headers[name] ?? '']));
  const expected = sign({
    method: 'POST', host: request.headers.host, path: request.url, headers, body, ...credentials, region, service, date,
  }).authorization;
  const signatureOf = (text) => /Signature=(\w+)/.exec(text)[1];
  return signatureOf(expected) === signatureOf(request.headers.authorization) ? undefined : refusal(401, 'InvalidSignature');
}

function search({ Keywords, ItemPage = 1, SortBy, LanguagesOfPreference: [language], PartnerTag, Resources }) {
  const found = /lamp/i.test(Keywords) ? Array.from({ length: stock }, (_, i) => i + 1) : [];
  if (found.length === 0) return refusal(200, 'NoResults');
  if (SortBy === 'Price:HighToLow') found.reverse();
  const has = (name) => Resources.includes(name);
  const picture = (size) => ({ URL: `https://images.example/${size}.jpg`, Height: size, Width: size });
  const Items = found.slice((ItemPage - 1) * 10, ItemPage * 10).map((number) => ({
    ASIN: `B${number}`,
    DetailPageURL: `https://www.amazon.example/dp/B${number}?tag=${PartnerTag}&linkCode=osi`,
    ...(has('Images.Primary.Large') ? { Images: { Primary: { Large: picture(500), Medium: picture(160), Small: picture(75) } } } : {}),
    ...(has('ItemInfo.Title') ? { ItemInfo: { Title: { DisplayValue: `Lamp ${number} (${language})`, Locale: language } } } : {}),
    // Some are not to be had.
    ...(has('Offers.Listings.Price') && number % 5 !== 0
      ? { Offers: { Listings: [{ Id: 'x', Price: { Amount: number, Currency: 'EUR', DisplayAmount: `${number},00 €` }, MerchantInfo: { Id: 'M1', Name: 'Shop' } }] } } : {}),
  }));
  return { status: 200, body: { SearchResult: { TotalResultCount: stock, SearchURL: 'https://www.amazon.example/s', Items } } };
}

/** Starts the shop: `url`, `requests` as they came, and `next` to answer otherwise once. */
export async function startShop(t, { region = 'eu-west-1', pause = 950 } = {}) {
  const shop = { requests: [], next: undefined };
  let free = 0;
  const answer = (request, body) => {
    const wrong = fault(request, body, region);
    if (wrong) return wrong;
    if (shop.next) {
      const { next } = shop;
      shop.next = undefined;
      return next;
    }
    const now = performance.now();
    if (now < free) return refusal(429, 'TooManyRequests');
    free = now + pause;
    if (request.method !== 'POST' || request.url !== '/paapi5/searchitems' || request.headers['x-amz-target'] !== target) {
      return refusal(400, 'InvalidParameterValue', 'target');
    }
    const asked = JSON.parse(body);
    if (asked.PartnerType !== 'Associates' || !asked.Marketplace || !asked.Keywords) return refusal(400, 'MissingParameter');
    if (!/^[\w-]+-2\d$/.test(asked.PartnerTag)) return refusal(400, 'InvalidPartnerTag');
    if (asked.ItemPage < 1 || asked.ItemPage > 10 || asked.ItemCount > 10 || !sorts.includes(asked.SortBy)) {
      return refusal(400, 'InvalidParameterValue');
    }
    return search(asked);
  };
  const server = createServer(async (request, response) => {
    const body = Buffer.concat(await request.toArray()).toString();
    const { status, body: told } = answer(request, body);
    shop.requests.push({ at: performance.now(), status, headers: request.headers, body: JSON.parse(body) });
    response.writeHead(status, { 'Content-Type': 'application/json' });
    response.end(typeof told === 'string' ? told : JSON.stringify(told));
  });
  await new Promise((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  t.after(() => server.close());
  shop.url = `http://127.0.0.1:${server.address().port}`;
  return shop;
}
