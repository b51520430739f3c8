// Tables of products as people upload them: whatever comes, rows keep their bounds, what is
// accepted is fit to be shown, and what is written as a table again reads the same.
#include <cstddef>
#include <cstdint>
#include <string>

#include "app/products/csv.h"
#include "app/products/product_row.h"
#include "base/bytes.h"
#include "base/check.h"
#include "base/utf8.h"

namespace {

void check_product(const app::ProductText& product) {
  for (const std::string* text : {&product.title, &product.price, &product.image_url,
                                  &product.description, &product.url, &product.sku}) {
    CHECK(base::is_utf8(*text));
    CHECK(text->find('\0') == std::string::npos);
    CHECK(text->size() <= 4 * app::kMaxProductUrl);
  }
  CHECK(!product.title.empty() && !product.price.empty());
  for (const std::string* address : {&product.image_url, &product.url}) {
    CHECK(address->empty() || app::is_web_address(*address));
  }
  CHECK(base::is_utf8(app::search_form(product.title)));
  const auto number = app::price_number(product.price);
  CHECK(!number || *number >= 0);
}

std::string quoted(const std::vector<std::string>& fields) {
  std::string line;
  for (const std::string& field : fields) {
    if (!line.empty()) line += ',';
    line += '"';
    for (const char c : field) {
      line += c;
      if (c == '"') line += c;
    }
    line += '"';
  }
  return line + "\r\n";
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = base::as_text({data, size});
  app::CsvReader reader(text);
  std::optional<app::ProductColumns> columns;
  std::size_t line = 0;
  while (const auto row = reader.next()) {
    CHECK(row->line > line);
    line = row->line;
    CHECK(!row->fields.empty() && row->fields.size() <= app::CsvReader::kMaxFields);
    for (const std::string& field : row->fields) CHECK(field.size() <= app::CsvReader::kMaxField);
    if (row->problem.empty()) {
      const std::string again = quoted(row->fields);
      app::CsvReader second(again);
      const auto read = second.next();
      CHECK(read && read->problem.empty() && read->fields == row->fields);
      CHECK(!second.next());
    }
    if (!columns) {
      auto named = app::ProductColumns::read(*row);
      if (!named) return 0;
      columns = std::move(*named);
    } else if (auto product = columns->product_of(*row)) {
      check_product(*product);
    }
  }
  return 0;
}
