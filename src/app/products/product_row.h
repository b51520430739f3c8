// A product as its owner writes it: what its texts may be, how it is found, and how tables of
// spreadsheets name its parts.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "app/core/refusal.h"
#include "app/products/csv.h"

namespace app {

struct ProductText {
  std::string title;
  std::string price;  // as it is shown: "$ 19.99"
  std::string image_url;
  std::string description;
  std::string url;
  std::string sku;  // the owner's own number of it; empty: the title stands for it
};

inline constexpr std::int64_t kMaxProductTitle = 150;
inline constexpr std::int64_t kMaxProductPrice = 20;
inline constexpr std::int64_t kMaxProductUrl = 512;
inline constexpr std::int64_t kMaxProductDescription = 256;
inline constexpr std::int64_t kMaxProductSku = 64;

/// Spaces at the ends removed, lengths and addresses checked. 400 Invalid with a sentence.
Outcome<ProductText> checked(ProductText product);
/// An address that a browser may load: http or https.
bool is_web_address(std::string_view text);

/// Small letters, for comparing: Latin, Greek and Cyrillic ones; others stay.
std::string search_form(std::string_view text);
/// What two products of an owner never share.
std::string product_key(const ProductText& product);
/// Hundredths of what a price says ("1.299,90 €" is 129990); nothing if it says no number.
std::optional<std::int64_t> price_number(std::string_view price);

/// Which field of a table is what, by its first line.
class ProductColumns {
 public:
  /// 400 Invalid if there is no title or no price among the names.
  static Outcome<ProductColumns> read(const CsvRow& header);
  Outcome<ProductText> product_of(const CsvRow& row) const;

 private:
  std::vector<std::string ProductText::*> columns_;  // nullptr: not ours
};

}  // namespace app
