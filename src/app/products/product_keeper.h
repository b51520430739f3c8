// What the routes of products share. Their table is in product_routes.cc.
#pragma once

#include <boost/json/object.hpp>
#include <memory>

#include "app/products/catalogue.h"
#include "app/products/product_search.h"
#include "app/products/products.h"

namespace app {

class ProductKeeper final : public Products {
 public:
  explicit ProductKeeper(std::unique_ptr<ProductSearch> shop) : shop_(std::move(shop)) {}
  /// nullptr without Amazon's keys.
  ProductSearch* shop() const { return shop_.get(); }

 private:
  std::unique_ptr<ProductSearch> shop_;
};

inline ProductKeeper& keeper_of(Call& call) {
  return static_cast<ProductKeeper&>(*call.parts.products);  // the only one that create() makes
}

namespace products {

// own_products.cc
Outcome<Answer> list(Call& call);
Outcome<Answer> add(Call& call);
Outcome<Answer> change(Call& call);
Outcome<Answer> remove(Call& call);
Outcome<Answer> remove_all(Call& call);
Outcome<Answer> put_image(Call& call);
Outcome<Answer> import(Call& call);
/// A product as clients know it.
boost::json::object shown(const Call& call, const Product& product);

// search_products.cc
Outcome<Answer> search(Call& call);
Outcome<Answer> demo_search(Call& call);

}  // namespace products
}  // namespace app
