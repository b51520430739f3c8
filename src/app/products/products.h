// Products for overlays: the platform's own catalogue, and Amazon's through its Product Advertising
// API 5. Tables: component "app.products".
#pragma once

#include <memory>
#include <span>
#include <string>

#include "app/core/call.h"
#include "app/core/parts.h"
#include "app/core/route.h"

namespace app {

class Products {
 public:
  static base::Expected<std::unique_ptr<Products>> create(Parts& parts, io::SqlConnection& sql);
  virtual ~Products() = default;
  static std::span<const Route> routes();
  /// GET /products/{keywords}, as the UGC demo's backend has it.
  static std::span<const Route> demo_routes();
};

}  // namespace app
