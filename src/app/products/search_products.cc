// Products looked for: in one's own catalogue, and in a shop.
#include <algorithm>
#include <boost/json/array.hpp>
#include <memory>
#include <utility>

#include "app/products/product_keeper.h"

namespace app::products {
namespace {

namespace json = boost::json;

constexpr std::int64_t kOfPage = 10;

json::object images_of(const ShopItem& item) {
  json::object images;
  for (const auto& [size, url] :
       {std::pair("large", &item.large), std::pair("medium", &item.medium),
        std::pair("small", &item.small)}) {
    if (!url->empty()) images[size] = json::object{{"url", *url}};
  }
  return images;
}

json::object merchant_of(const ShopItem& item) {
  return {{"id", item.merchant_id}, {"name", item.merchant}};
}

json::object shown_item(const ShopItem& item) {
  const std::string& picture = !item.large.empty()    ? item.large
                               : !item.medium.empty() ? item.medium
                                                      : item.small;
  return {{"title", item.title}, {"price", item.price},       {"imageUrl", picture},
          {"url", item.url},     {"images", images_of(item)}, {"merchantInfo", merchant_of(item)}};
}

json::object shown_page(const ShopPage& found, std::int64_t page) {
  json::array items;
  for (const ShopItem& item : found.items) items.push_back(shown_item(item));
  return {
      {"items", std::move(items)}, {"total", found.total}, {"page", page}, {"pages", found.pages}};
}

ShopQuery query_of(const Call& call, std::string keywords) {
  return {.keywords = std::move(keywords),
          .page = call.integer("page", 1),
          .sort = product_sort_from(call.text("sort")),
          .language = call.text("language")};
}

json::object demo_page(const ShopPage& found, const std::string& keyword) {
  json::array items;
  for (const ShopItem& item : found.items) {
    json::object shown{{"images", images_of(item)},
                       {"title", item.title},
                       {"productURL", item.url},
                       {"merchantInfo", merchant_of(item)}};
    if (!item.price.empty()) shown["price"] = json::object{{"displayAmount", item.price}};
    items.push_back(std::move(shown));
  }
  return {{"searchCount", found.total}, {"keyword", keyword}, {"items", std::move(items)}};
}

}  // namespace

Outcome<Answer> search(Call& call) {
  const std::string typed = call.text("q");
  const std::string text(trimmed(typed));
  const std::int64_t page = call.integer("page", 1);
  if (call.text("source", "own") == "amazon") {
    ProductSearch* const shop = keeper_of(call).shop();
    if (shop == nullptr) return not_found("Amazon is not set up on this platform.");
    if (text.empty()) return invalid("q", "Say what to look for.");
    if (page > 5) return invalid("page", "There are five pages at most.");
    auto later = std::make_shared<Call::Later>(call.take_later());
    shop->search(query_of(call, text), [later, page](Outcome<ShopPage> found) {
      if (!found) return (*later)(std::unexpected(std::move(found.error())));
      (*later)(Answer(shown_page(*found, page)));
    });
    return Answer::comes_later();
  }
  auto found = catalogue::search(call.sql, call.me().id, text, product_sort_from(call.text("sort")),
                                 page, kOfPage);
  if (!found) return broken(found.error());
  json::array items;
  for (const Product& product : found->products) items.push_back(shown(call, product));
  return Answer(json::object{{"items", std::move(items)},
                             {"total", found->total},
                             {"page", page},
                             {"pages", (found->total + kOfPage - 1) / kOfPage}});
}

Outcome<Answer> demo_search(Call& call) {
  ProductSearch* const shop = keeper_of(call).shop();
  if (shop == nullptr) {
    return refuse(404, "NotFoundException", "Amazon is not set up on this platform.");
  }
  const std::string keyword(trimmed(call.capture("keywords")));
  if (keyword.empty()) return refuse(400, "UnexpectedException", "Say what to look for.");
  const bool is_sort = call.text("origin") == "sort";
  auto later = std::make_shared<Call::Later>(call.take_later());
  shop->search(query_of(call, keyword), [later, keyword, is_sort](Outcome<ShopPage> found) {
    if (found) return (*later)(Answer(demo_page(*found, keyword)));
    const Refusal& why = found.error();
    if (why.status == 429) return (*later)(refuse(429, "TooManyRequestsException", why.message));
    (*later)(refuse(500, is_sort ? "SortProductsException" : "UnexpectedException", why.message));
  });
  return Answer::comes_later();
}

}  // namespace app::products
