// Products of somebody else's shop: what is asked and answered, whoever the shop is.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "app/core/refusal.h"
#include "app/products/catalogue.h"

namespace app {

struct ShopQuery {
  std::string keywords;
  std::int64_t page = 1;
  ProductSort sort = ProductSort::kRelevance;
  std::string language;  // "de", "de_DE"; empty: the shop's own

  bool operator==(const ShopQuery&) const = default;
};

struct ShopItem {
  std::string title;
  std::string price;  // as it is shown; empty: none is told
  std::string url;
  // Pictures; empty: there is none of that size.
  std::string large;
  std::string medium;
  std::string small;
  std::string merchant_id;
  std::string merchant;
};

struct ShopPage {
  std::vector<ShopItem> items;
  std::int64_t total = 0;
  std::int64_t pages = 0;  // that can be asked for
};

class ProductSearch {
 public:
  virtual ~ProductSearch() = default;
  using Done = std::move_only_function<void(Outcome<ShopPage>)>;
  /// From any thread; `done` is told once, on any thread, unless the platform ends before. 429
  /// TooManyRequests if the shop is asked too often, 502 Shop if it does not answer as it should.
  virtual void search(ShopQuery query, Done done) = 0;
};

}  // namespace app
