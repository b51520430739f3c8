// The products that streamers keep here, in the table app_products. Plain statements on a
// connection that the caller has.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "app/products/product_row.h"
#include "base/error.h"
#include "base/time.h"
#include "io/sql.h"

namespace app {

struct Product {
  std::int64_t number = 0;  // rises with every product; what clients know is its text
  ProductText text;
  bool has_picture = false;  // uploaded: image_url is a path of this server
};

enum class ProductSort : std::uint8_t { kRelevance, kNewest, kCheapest, kDearest, kFeatured };
/// The names of Amazon's API: "Relevance", "NewestArrivals", "Price:LowToHigh", "Price:HighToLow",
/// "Featured".
std::string_view to_string(ProductSort sort);
/// kRelevance for anything else.
ProductSort product_sort_from(std::string_view text);

namespace catalogue {

base::Expected<void> migrate(io::SqlConnection& sql);

base::Expected<std::optional<Product>> find(io::SqlConnection& sql, std::string_view owner,
                                            std::int64_t number);
/// Newest first; those before `before`.
base::Expected<std::vector<Product>> list(io::SqlConnection& sql, std::string_view owner,
                                          std::int64_t before, std::size_t limit);
base::Expected<std::int64_t> count(io::SqlConnection& sql, std::string_view owner);
struct Found {
  std::vector<Product> products;
  std::int64_t total = 0;
};
/// Those in which each word of `text` stands somewhere. `page` from 1.
base::Expected<Found> search(io::SqlConnection& sql, std::string_view owner, std::string_view text,
                             ProductSort sort, std::int64_t page, std::int64_t of_page);

/// The new product's number. kConflict if the owner has one of the same key.
base::Expected<std::int64_t> add(io::SqlConnection& sql, std::string_view owner,
                                 const ProductText& text, base::WallTime now);
/// Whether it is there. kConflict as above.
base::Expected<bool> change(io::SqlConnection& sql, std::string_view owner, std::int64_t number,
                            const ProductText& text);
/// Whether the owner has one of the same key.
base::Expected<bool> has(io::SqlConnection& sql, std::string_view owner, const ProductText& text);
/// Adds it, or changes the one of the same key, which keeps an uploaded picture if this one brings
/// none. True if it was there.
base::Expected<bool> put(io::SqlConnection& sql, std::string_view owner, const ProductText& text,
                         base::WallTime now);
/// An uploaded picture; empty: none any more.
base::Expected<bool> set_picture(io::SqlConnection& sql, std::string_view owner,
                                 std::int64_t number, std::string_view url);
/// `number` 0: all of the owner's. Whether there was any.
base::Expected<bool> drop(io::SqlConnection& sql, std::string_view owner, std::int64_t number);
/// Numbers of the owner's products with uploaded pictures.
base::Expected<std::vector<std::int64_t>> with_pictures(io::SqlConnection& sql,
                                                        std::string_view owner);

inline constexpr std::int64_t kMaxProducts = 5'000;  // of one owner

}  // namespace catalogue
}  // namespace app
