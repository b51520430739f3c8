#include "app/products/products.h"

namespace app {
namespace {

class EmptyProducts final : public Products {
 public:
};

}  // namespace

base::Expected<std::unique_ptr<Products>> Products::create(Parts&, io::SqlConnection&) {
  return std::make_unique<EmptyProducts>();
}

std::span<const Route> Products::routes() {
  return {};
}
std::span<const Route> Products::demo_routes() {
  return {};
}

}  // namespace app
