#include "app/products/catalogue.h"

#include <algorithm>
#include <array>
#include <utility>

namespace app {
namespace {

constexpr std::array<std::pair<std::string_view, ProductSort>, 5> kSorts = {
    {{"Relevance", ProductSort::kRelevance},
     {"NewestArrivals", ProductSort::kNewest},
     {"Price:LowToHigh", ProductSort::kCheapest},
     {"Price:HighToLow", ProductSort::kDearest},
     {"Featured", ProductSort::kFeatured}}};

constexpr io::SqlMigration kMigrations[] = {
    {1, R"(
CREATE TABLE app_products (
  number $SERIAL,
  owner $TEXT NOT NULL,
  product_key $TEXT NOT NULL,
  title $TEXT NOT NULL,
  price $TEXT NOT NULL,
  price_number BIGINT,
  image_url $TEXT NOT NULL,
  has_picture BIGINT NOT NULL,
  description $TEXT NOT NULL,
  url $TEXT NOT NULL,
  sku $TEXT NOT NULL,
  search_text $TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  UNIQUE (owner, product_key)
);
CREATE INDEX app_products_owner ON app_products (owner, number);
)"},
};

constexpr std::size_t kMaxWords = 6;

#define PRODUCT_COLUMNS "number, title, price, image_url, has_picture, description, url, sku"

Product product_at(const io::SqlResult& rows, std::size_t row) {
  Product product;
  product.number = rows.integer(row, 0);
  product.text = {.title = rows.text(row, 1),
                  .price = rows.text(row, 2),
                  .image_url = rows.text(row, 3),
                  .description = rows.text(row, 5),
                  .url = rows.text(row, 6),
                  .sku = rows.text(row, 7)};
  product.has_picture = rows.integer(row, 4) != 0;
  return product;
}

std::vector<Product> products_of(const io::SqlResult& rows) {
  std::vector<Product> products;
  for (std::size_t row = 0; row < rows.size(); ++row) products.push_back(product_at(rows, row));
  return products;
}

io::SqlValue text_value(std::string_view value) {
  return std::string(value);
}

io::SqlValue price_value(const ProductText& product) {
  const auto number = price_number(product.price);
  return number ? io::SqlValue(*number) : io::SqlValue();
}

std::string search_text(const ProductText& product) {
  return search_form(product.title + "\n" + product.description + "\n" + product.sku);
}

// A word of what is searched for as a pattern of LIKE; absent words are found everywhere.
std::array<std::string, kMaxWords> patterns_of(std::string_view text) {
  std::array<std::string, kMaxWords> patterns;
  patterns.fill("%");
  const std::string small = search_form(text);
  std::size_t count = 0;
  std::size_t at = 0;
  while (count < kMaxWords) {
    at = small.find_first_not_of(" \t\r\n", at);
    if (at == std::string::npos) break;
    const std::size_t end = std::min(small.find_first_of(" \t\r\n", at), small.size());
    std::string pattern = "%";
    for (const char c : small.substr(at, end - at)) {
      if (c == '%' || c == '_' || c == '\\') pattern += '\\';
      pattern += c;
    }
    patterns.at(count++) = pattern + "%";
    at = end;
  }
  return patterns;
}

#define PRODUCT_MATCHES                                                          \
  " FROM app_products WHERE owner = $1 AND search_text LIKE $2 ESCAPE '\\' "     \
  "AND search_text LIKE $3 ESCAPE '\\' AND search_text LIKE $4 ESCAPE '\\' "     \
  "AND search_text LIKE $5 ESCAPE '\\' AND search_text LIKE $6 ESCAPE '\\' AND " \
  "search_text LIKE $7 ESCAPE '\\'"
#define PRODUCT_SEARCH "SELECT " PRODUCT_COLUMNS PRODUCT_MATCHES " ORDER BY "
#define PRODUCT_PAGE " LIMIT $8 OFFSET $9"

std::string_view statement_of(ProductSort sort) {
  switch (sort) {
    case ProductSort::kNewest:
      return PRODUCT_SEARCH "number DESC" PRODUCT_PAGE;
    case ProductSort::kCheapest:
      return PRODUCT_SEARCH
          "CASE WHEN price_number IS NULL THEN 1 ELSE 0 END, price_number, number" PRODUCT_PAGE;
    case ProductSort::kDearest:
      return PRODUCT_SEARCH
          "CASE WHEN price_number IS NULL THEN 1 ELSE 0 END, price_number DESC, "
          "number" PRODUCT_PAGE;
    case ProductSort::kFeatured:
      return PRODUCT_SEARCH "number" PRODUCT_PAGE;  // as the owner's table has them
    case ProductSort::kRelevance:
      break;
  }
  // What begins with the first word is meant most likely.
  return PRODUCT_SEARCH
      "CASE WHEN search_text LIKE substr($2, 2) ESCAPE '\\' THEN 0 ELSE 1 END, title, "
      "number" PRODUCT_PAGE;
}

}  // namespace

std::string_view to_string(ProductSort sort) {
  return kSorts.at(static_cast<std::size_t>(sort)).first;
}

ProductSort product_sort_from(std::string_view text) {
  for (const auto& [name, sort] : kSorts) {
    if (name == text) return sort;
  }
  return ProductSort::kRelevance;
}

namespace catalogue {

base::Expected<void> migrate(io::SqlConnection& sql) {
  return io::migrate(sql, "app.products", kMigrations);
}

base::Expected<std::optional<Product>> find(io::SqlConnection& sql, std::string_view owner,
                                            std::int64_t number) {
  auto rows =
      sql.run("SELECT " PRODUCT_COLUMNS " FROM app_products WHERE number = $1 AND owner = $2",
              {number, text_value(owner)});
  if (!rows) return base::fail(std::move(rows.error()));
  if (rows->empty()) return std::optional<Product>();
  return product_at(*rows, 0);
}

base::Expected<std::vector<Product>> list(io::SqlConnection& sql, std::string_view owner,
                                          std::int64_t before, std::size_t limit) {
  auto rows = sql.run("SELECT " PRODUCT_COLUMNS
                      " FROM app_products WHERE owner = $1 AND number < $2 "
                      "ORDER BY number DESC LIMIT $3",
                      {text_value(owner), before, static_cast<std::int64_t>(limit)});
  if (!rows) return base::fail(std::move(rows.error()));
  return products_of(*rows);
}

base::Expected<std::int64_t> count(io::SqlConnection& sql, std::string_view owner) {
  auto rows = sql.run("SELECT count(*) FROM app_products WHERE owner = $1", {text_value(owner)});
  if (!rows) return base::fail(std::move(rows.error()));
  return rows->integer(0, 0);
}

base::Expected<Found> search(io::SqlConnection& sql, std::string_view owner, std::string_view text,
                             ProductSort sort, std::int64_t page, std::int64_t of_page) {
  std::vector<io::SqlValue> values{text_value(owner)};
  for (std::string& pattern : patterns_of(text)) values.emplace_back(std::move(pattern));
  auto counted = sql.run("SELECT count(*)" PRODUCT_MATCHES, std::span<const io::SqlValue>(values));
  if (!counted) return base::fail(std::move(counted.error()));
  values.emplace_back(of_page);
  values.emplace_back((page - 1) * of_page);
  auto rows = sql.run(statement_of(sort), std::span<const io::SqlValue>(values));
  if (!rows) return base::fail(std::move(rows.error()));
  return Found{products_of(*rows), counted->integer(0, 0)};
}

base::Expected<bool> has(io::SqlConnection& sql, std::string_view owner, const ProductText& text) {
  auto rows = sql.run("SELECT 1 FROM app_products WHERE owner = $1 AND product_key = $2",
                      {text_value(owner), product_key(text)});
  if (!rows) return base::fail(std::move(rows.error()));
  return !rows->empty();
}

base::Expected<std::int64_t> add(io::SqlConnection& sql, std::string_view owner,
                                 const ProductText& text, base::WallTime now) {
  // Looked for beforehand: a constraint that breaks ends the transaction.
  auto there = has(sql, owner, text);
  if (!there) return base::fail(std::move(there.error()));
  if (*there) return base::fail(base::ErrorCode::kConflict, "there is such a product");
  auto made = sql.run(
      "INSERT INTO app_products (owner, product_key, title, price, price_number, image_url, "
      "has_picture, description, url, sku, search_text, created_at) VALUES "
      "($1, $2, $3, $4, $5, $6, 0, $7, $8, $9, $10, $11) RETURNING number",
      {text_value(owner), product_key(text), text.title, text.price, price_value(text),
       text.image_url, text.description, text.url, text.sku, search_text(text),
       std::int64_t{now.time_since_epoch().count()}});
  if (!made) return base::fail(std::move(made.error()));
  return made->integer(0, 0);
}

base::Expected<bool> change(io::SqlConnection& sql, std::string_view owner, std::int64_t number,
                            const ProductText& text) {
  auto other =
      sql.run("SELECT 1 FROM app_products WHERE owner = $1 AND product_key = $2 AND number <> $3",
              {text_value(owner), product_key(text), number});
  if (!other) return base::fail(std::move(other.error()));
  if (!other->empty()) return base::fail(base::ErrorCode::kConflict, "there is such a product");
  auto changed = sql.run(
      "UPDATE app_products SET product_key = $3, title = $4, price = $5, price_number = $6, "
      "has_picture = CASE WHEN image_url = $7 THEN has_picture ELSE 0 END, image_url = $7, "
      "description = $8, url = $9, sku = $10, search_text = $11 WHERE owner = $1 AND number = $2",
      {text_value(owner), number, product_key(text), text.title, text.price, price_value(text),
       text.image_url, text.description, text.url, text.sku, search_text(text)});
  if (!changed) return base::fail(std::move(changed.error()));
  return changed->changed > 0;
}

base::Expected<bool> put(io::SqlConnection& sql, std::string_view owner, const ProductText& text,
                         base::WallTime now) {
  auto there =
      sql.run("SELECT number, image_url FROM app_products WHERE owner = $1 AND product_key = $2",
              {text_value(owner), product_key(text)});
  if (!there) return base::fail(std::move(there.error()));
  if (there->empty()) {
    auto made = add(sql, owner, text, now);
    if (!made) return base::fail(std::move(made.error()));
    return false;
  }
  ProductText wanted = text;
  if (wanted.image_url.empty()) wanted.image_url = there->text(0, 1);
  auto changed = change(sql, owner, there->integer(0, 0), wanted);
  if (!changed) return base::fail(std::move(changed.error()));
  return true;
}

base::Expected<bool> set_picture(io::SqlConnection& sql, std::string_view owner,
                                 std::int64_t number, std::string_view url) {
  auto changed = sql.run(
      "UPDATE app_products SET image_url = $3, has_picture = $4 WHERE owner = $1 AND number = $2",
      {text_value(owner), number, text_value(url), std::int64_t{url.empty() ? 0 : 1}});
  if (!changed) return base::fail(std::move(changed.error()));
  return changed->changed > 0;
}

base::Expected<bool> drop(io::SqlConnection& sql, std::string_view owner, std::int64_t number) {
  auto gone = number == 0
                  ? sql.run("DELETE FROM app_products WHERE owner = $1", {text_value(owner)})
                  : sql.run("DELETE FROM app_products WHERE owner = $1 AND number = $2",
                            {text_value(owner), number});
  if (!gone) return base::fail(std::move(gone.error()));
  return gone->changed > 0;
}

base::Expected<std::vector<std::int64_t>> with_pictures(io::SqlConnection& sql,
                                                        std::string_view owner) {
  auto rows = sql.run("SELECT number FROM app_products WHERE owner = $1 AND has_picture = 1",
                      {text_value(owner)});
  if (!rows) return base::fail(std::move(rows.error()));
  std::vector<std::int64_t> numbers;
  for (std::size_t row = 0; row < rows->size(); ++row) numbers.push_back(rows->integer(row, 0));
  return numbers;
}

}  // namespace catalogue
}  // namespace app
