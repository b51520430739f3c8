#include "app/products/product_row.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "app/core/call.h"
#include "base/utf8.h"
#include "wire/http/absolute_url.h"

namespace app {
namespace {

using Member = std::string ProductText::*;

// As shops and spreadsheets call them; compared without case, spaces, '_' and '-'.
constexpr std::array<std::pair<std::string_view, Member>, 17> kNames = {
    {{"title", &ProductText::title},
     {"name", &ProductText::title},
     {"product", &ProductText::title},
     {"price", &ProductText::price},
     {"imageurl", &ProductText::image_url},
     {"image", &ProductText::image_url},
     {"imagelink", &ProductText::image_url},
     {"picture", &ProductText::image_url},
     {"description", &ProductText::description},
     {"text", &ProductText::description},
     {"url", &ProductText::url},
     {"link", &ProductText::url},
     {"producturl", &ProductText::url},
     {"sku", &ProductText::sku},
     {"id", &ProductText::sku},
     {"number", &ProductText::sku},
     {"productid", &ProductText::sku}}};

std::int64_t characters(std::string_view text) {
  return std::ranges::count_if(
      text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; });
}

Outcome<void> check(std::string& text, std::string_view name, std::int64_t most) {
  text = trimmed(text);
  if (!base::is_utf8(text) || text.find('\0') != std::string::npos) {
    return invalid(name, fmt::format("\"{}\" holds characters that nobody can show.", name));
  }
  if (characters(text) > most) {
    return invalid(name, fmt::format("\"{}\" may have {} characters at most.", name, most));
  }
  return {};
}

Outcome<void> check_address(const std::string& text, std::string_view name) {
  if (text.empty() || is_web_address(text)) return {};
  return invalid(name, fmt::format("\"{}\" must be an address with http:// or https://.", name));
}

// Letters of two octets: Latin-1, Greek and Cyrillic capitals to small ones.
unsigned folded(unsigned c) {
  if ((c >= 0xC0 && c <= 0xDE && c != 0xD7) || (c >= 0x391 && c <= 0x3A9) ||
      (c >= 0x410 && c <= 0x42F)) {
    return c + 0x20;
  }
  if (c >= 0x400 && c <= 0x40F) return c + 0x50;
  // Capitals and small letters by turns.
  const bool even_first =
      (c >= 0x100 && c <= 0x137) || (c >= 0x14A && c <= 0x177) || (c >= 0x460 && c <= 0x481);
  const bool odd_first = (c >= 0x139 && c <= 0x148) || (c >= 0x179 && c <= 0x17E);
  if ((even_first && c % 2 == 0) || (odd_first && c % 2 == 1)) return c + 1;
  return c;
}

}  // namespace

bool is_web_address(std::string_view text) {
  return wire::http::parse_http_url(text).has_value();
}

std::string search_form(std::string_view text) {
  std::string result;
  result.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto first = static_cast<unsigned char>(text[i]);
    if (first >= 'A' && first <= 'Z') {
      result += static_cast<char>(first + 0x20);
    } else if (first >= 0xC3 && first <= 0xD2 && i + 1 < text.size()) {
      const auto second = static_cast<unsigned char>(text[i + 1]);
      const unsigned c = folded(((first & 0x1Fu) << 6) | (second & 0x3Fu));
      result += static_cast<char>(0xC0 | (c >> 6));
      result += static_cast<char>(0x80 | (c & 0x3F));
      ++i;
    } else {
      result += text[i];
    }
  }
  return result;
}

Outcome<ProductText> checked(ProductText product) {
  for (const auto& [text, name, most] :
       {std::tuple(&product.title, "title", kMaxProductTitle),
        std::tuple(&product.price, "price", kMaxProductPrice),
        std::tuple(&product.image_url, "imageUrl", kMaxProductUrl),
        std::tuple(&product.description, "description", kMaxProductDescription),
        std::tuple(&product.url, "url", kMaxProductUrl),
        std::tuple(&product.sku, "sku", kMaxProductSku)}) {
    if (auto fits = check(*text, name, most); !fits) return std::unexpected(fits.error());
  }
  if (product.title.empty()) return invalid("title", "A product needs a title.");
  if (product.price.empty()) return invalid("price", "A product needs a price.");
  if (auto fits = check_address(product.image_url, "imageUrl"); !fits) {
    return std::unexpected(fits.error());
  }
  if (auto fits = check_address(product.url, "url"); !fits) return std::unexpected(fits.error());
  return product;
}

std::string product_key(const ProductText& product) {
  // The two kinds never meet.
  return product.sku.empty() ? "t:" + search_form(product.title) : "s:" + product.sku;
}

std::optional<std::int64_t> price_number(std::string_view price) {
  // The last of . and , divides hundredths if one or two digits follow it at the end of the number.
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  const auto begin = std::ranges::find_if(price, is_digit);
  if (begin == price.end()) return std::nullopt;
  price.remove_prefix(static_cast<std::size_t>(begin - price.begin()));
  const std::size_t end = price.find_first_not_of("0123456789.,'");
  price = price.substr(0, end);
  while (!price.empty() && !is_digit(price.back())) price.remove_suffix(1);
  const std::size_t mark = price.find_last_of(".,");
  std::string_view decimals;
  if (mark != std::string_view::npos && price.size() - mark <= 3) {
    decimals = price.substr(mark + 1);
    price = price.substr(0, mark);
  }
  std::int64_t number = 0;
  for (const char c : price) {
    if (!is_digit(c)) continue;
    if (number > 1'000'000'000'000) return std::nullopt;
    number = number * 10 + (c - '0');
  }
  number *= 100;
  if (!decimals.empty()) number += (decimals[0] - '0') * 10;
  if (decimals.size() > 1) number += decimals[1] - '0';
  return number;
}

Outcome<ProductColumns> ProductColumns::read(const CsvRow& header) {
  ProductColumns columns;
  bool has_title = false;
  bool has_price = false;
  for (const std::string& field : header.fields) {
    std::string name = search_form(trimmed(field));
    std::erase_if(name, [](char c) { return c == ' ' || c == '_' || c == '-'; });
    const auto* known =
        std::ranges::find(kNames, name, &std::pair<std::string_view, Member>::first);
    Member member = known != kNames.end() ? known->second : nullptr;
    // The first of two columns with the same meaning counts.
    if (member != nullptr &&
        std::ranges::find(columns.columns_, member) != columns.columns_.end()) {
      member = nullptr;
    }
    has_title = has_title || member == &ProductText::title;
    has_price = has_price || member == &ProductText::price;
    columns.columns_.push_back(member);
  }
  if (!has_title || !has_price) {
    return invalid("body",
                   "The first line must name the columns: title and price, and, if you like, "
                   "imageUrl, description, url, sku.");
  }
  return columns;
}

Outcome<ProductText> ProductColumns::product_of(const CsvRow& row) const {
  if (!row.problem.empty()) return invalid("body", row.problem);
  if (row.fields.size() > columns_.size()) {
    return invalid("body", fmt::format("The line has {} fields, the first one names {} columns.",
                                       row.fields.size(), columns_.size()));
  }
  ProductText product;
  for (std::size_t i = 0; i < row.fields.size(); ++i) {
    if (columns_[i] != nullptr) product.*columns_[i] = row.fields[i];
  }
  return checked(std::move(product));
}

}  // namespace app
