#include "app/products/amazon_wire.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "app/products/product_row.h"
#include "base/log.h"
#include "wire/aws/sigv4.h"
#include "wire/http/absolute_url.h"
#include "wire/http/url.h"

namespace app {
namespace {

namespace json = boost::json;

constexpr std::string_view kPath = "/paapi5/searchitems";
constexpr std::string_view kService = "ProductAdvertisingAPI";
constexpr std::string_view kTarget = "com.amazon.paapi5.v1.ProductAdvertisingAPIv1.SearchItems";
constexpr std::string_view kResources[] = {"Images.Primary.Large",  "Images.Primary.Medium",
                                           "Images.Primary.Small",  "ItemInfo.Title",
                                           "Offers.Listings.Price", "Offers.Listings.MerchantInfo"};
constexpr base::Duration kTimeLimit = std::chrono::seconds(8);
constexpr std::size_t kMaxAnswer = 512 << 10;
constexpr std::uint32_t kMaxDepth = 16;

std::string body_of(const AmazonProductSettings& settings, const AmazonLocale& locale,
                    const ShopQuery& query) {
  json::array resources;
  for (const std::string_view resource : kResources) resources.emplace_back(resource);
  return json::serialize(
      json::object{{"Keywords", query.keywords},
                   {"SearchIndex", "All"},
                   {"ItemCount", kAmazonItems},
                   {"ItemPage", query.page},
                   {"SortBy", to_string(query.sort)},
                   {"LanguagesOfPreference", json::array{amazon_language(locale, query.language)}},
                   {"Marketplace", locale.marketplace},
                   {"PartnerTag", amazon_tag(settings)},
                   {"PartnerType", "Associates"},
                   {"Resources", std::move(resources)}});
}

// A member however deep, by names and places; nullptr if it is not there.
const json::value* find(const json::value& value, std::string_view path) {
  const json::value* at = &value;
  while (!path.empty()) {
    const std::size_t dot = std::min(path.find('.'), path.size());
    const std::string_view name = path.substr(0, dot);
    if (name == "0") {
      const json::array* list = at->if_array();
      at = list != nullptr && !list->empty() ? &list->front() : nullptr;
    } else {
      const json::object* object = at->if_object();
      at = object != nullptr ? object->if_contains(name) : nullptr;
    }
    if (at == nullptr) return nullptr;
    path.remove_prefix(std::min(dot + 1, path.size()));
  }
  return at;
}

std::string text_at(const json::value& value, std::string_view path) {
  const json::value* found = find(value, path);
  return found != nullptr && found->is_string() ? std::string(found->get_string()) : std::string();
}

std::string address_at(const json::value& value, std::string_view path) {
  std::string address = text_at(value, path);
  // What is no address of the web must never become a link on a page.
  return is_web_address(address) ? address : std::string();
}

std::string tagged(std::string url, std::string_view tag) {
  const std::size_t end = std::min(url.find('#'), url.size());
  const std::size_t mark = url.substr(0, end).find('?');
  if (mark != std::string::npos &&
      wire::http::query_parameter(url.substr(mark + 1, end - mark - 1), "tag")) {
    return url;
  }
  url.insert(end, fmt::format("{}tag={}", mark == std::string::npos ? '?' : '&',
                              wire::http::percent_encode(tag)));
  return url;
}

ShopItem item_of(const json::value& item, std::string_view tag) {
  ShopItem shown;
  shown.title = text_at(item, "ItemInfo.Title.DisplayValue");
  shown.price = text_at(item, "Offers.Listings.0.Price.DisplayAmount");
  shown.url = address_at(item, "DetailPageURL");
  if (!shown.url.empty()) shown.url = tagged(std::move(shown.url), tag);
  shown.large = address_at(item, "Images.Primary.Large.URL");
  shown.medium = address_at(item, "Images.Primary.Medium.URL");
  shown.small = address_at(item, "Images.Primary.Small.URL");
  shown.merchant_id = text_at(item, "Offers.Listings.0.MerchantInfo.Id");
  shown.merchant = text_at(item, "Offers.Listings.0.MerchantInfo.Name");
  return shown;
}

std::unexpected<Refusal> shop_fails(std::string_view code, std::string_view why) {
  // The operator has to know which setting is refused; people only that it does not work.
  base::log_warn("products: Amazon refuses a search", {{"code", code}, {"message", why}});
  return refuse(502, "Shop", "The shop does not answer as it should. Try again later.");
}

}  // namespace

std::string amazon_tag(const AmazonProductSettings& settings) {
  const std::string ending = "-" + settings.region_code;
  if (settings.region_code.empty() || settings.partner_tag.ends_with(ending)) {
    return settings.partner_tag;
  }
  return settings.partner_tag + ending;
}

base::Expected<io::FetchRequest> amazon_request(const AmazonProductSettings& settings,
                                                const AmazonLocale& locale, const ShopQuery& query,
                                                base::WallTime now) {
  const std::string base_url =
      settings.endpoint.empty() ? fmt::format("https://{}", locale.host) : settings.endpoint;
  auto endpoint = wire::http::parse_http_url(base_url);
  if (!endpoint) return base::fail(std::move(endpoint.error()).with_context("Amazon's endpoint"));
  wire::http::Request signed_request;
  signed_request.method = wire::http::Method::kPost;
  if (auto set = signed_request.set_target(kPath); !set) return base::fail(std::move(set.error()));
  signed_request.host = endpoint->host_field();
  signed_request.headers.add("Content-Type", "application/json; charset=utf-8");
  signed_request.headers.add("Content-Encoding", "amz-1.0");
  signed_request.headers.add("X-Amz-Target", kTarget);
  std::string body = body_of(settings, locale, query);
  signed_request.body = base::Slice::take(std::string(body));
  auto fields = wire::aws::sign(signed_request,
                                {.access_key_id = settings.access_key,
                                 .secret_access_key = settings.secret_key,
                                 .session_token = {}},
                                {.region = locale.region, .service = kService}, now);
  if (!fields) return base::fail(std::move(fields.error()));
  io::FetchRequest request;
  request.method = "POST";
  request.url = fmt::format("{}://{}{}", endpoint->scheme, endpoint->host_field(), kPath);
  request.body = std::move(body);
  request.time_limit = kTimeLimit;
  request.max_body = kMaxAnswer;
  for (const wire::http::Headers* list : {&signed_request.headers, &*fields}) {
    for (std::size_t i = 0; i < list->size(); ++i) {
      request.headers.emplace_back((*list)[i].name, (*list)[i].value);
    }
  }
  return request;
}

Outcome<ShopPage> read_amazon_answer(std::uint16_t status, std::string_view body,
                                     std::string_view tag) {
  boost::system::error_code failed;
  json::parse_options options;
  options.max_depth = kMaxDepth;
  const json::value answer = json::parse(body, failed, {}, options);
  const std::string code = failed ? std::string() : text_at(answer, "Errors.0.Code");
  if (status == 429 || code == "TooManyRequests") {
    Refusal refusal{429, "TooManyRequests", "The shop is asked too often. Try again in a moment."};
    refusal.retry_after = 2;
    return std::unexpected(std::move(refusal));
  }
  if (failed || !answer.is_object()) {
    return shop_fails(std::to_string(status), "the answer is not JSON");
  }
  if (code == "NoResults") return ShopPage{};
  const json::value* items = find(answer, "SearchResult.Items");
  if (status != 200 || items == nullptr || !items->is_array()) {
    return shop_fails(code.empty() ? std::to_string(status) : code,
                      text_at(answer, "Errors.0.Message").substr(0, 200));
  }
  ShopPage page;
  for (const json::value& item : items->get_array()) {
    ShopItem shown = item_of(item, tag);
    if (shown.title.empty() || shown.url.empty()) continue;
    if (page.items.size() == static_cast<std::size_t>(kAmazonItems)) break;
    page.items.push_back(std::move(shown));
  }
  const json::value* total = find(answer, "SearchResult.TotalResultCount");
  page.total = static_cast<std::int64_t>(page.items.size());
  if (total != nullptr && total->is_int64()) page.total = std::max(page.total, total->get_int64());
  const std::int64_t whole = page.total / kAmazonItems + (page.total % kAmazonItems > 0 ? 1 : 0);
  page.pages = std::min(whole, kAmazonPages);
  return page;
}

}  // namespace app
