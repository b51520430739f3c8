#include "app/products/product_row.h"

#include <gtest/gtest.h>

namespace app {
namespace {

TEST(ProductRow, PricesAsPeopleWriteThem) {
  struct Case {
    std::string_view text;
    std::optional<std::int64_t> hundredths;
  };
  const Case cases[] = {
      {"$19.99", 1999},
      {"19,99 €", 1999},
      {"1.299,90 €", 129990},
      {"$1,299.90", 129990},
      {"CHF 1'299", 129900},
      {"7", 700},
      {"7.5", 750},
      {"1,299", 129900},
      {"EUR 5,-", 500},
      {"from $3.00 up", 300},
      {"free", std::nullopt},
      {"", std::nullopt},
      {"99999999999999999999", std::nullopt},
  };
  for (const Case& row : cases) EXPECT_EQ(price_number(row.text), row.hundredths) << row.text;
}

TEST(ProductRow, FoldsLetters) {
  EXPECT_EQ(search_form("ABC xyz 1"), "abc xyz 1");
  EXPECT_EQ(search_form("ÄÖÜ ÉÑ ß × ŁŽĞ"), "äöü éñ ß × łžğ");
  EXPECT_EQ(search_form("ΑΒΓ Привет ЁЖ"), "αβγ привет ёж");
  EXPECT_EQ(search_form("日本 😀"), "日本 😀");
}

TEST(ProductRow, ChecksWhatIsWritten) {
  const ProductText good{.title = " Lamp ",
                         .price = "9",
                         .image_url = "https://example.org/a.png",
                         .description = {},
                         .url = {},
                         .sku = {}};
  auto kept = checked(good);
  ASSERT_TRUE(kept.has_value());
  EXPECT_EQ(kept->title, "Lamp");

  struct Case {
    std::string ProductText::* member;
    std::string value;
    std::string_view field;
  };
  const Case cases[] = {
      {&ProductText::title, "  ", "title"},
      {&ProductText::title, std::string(151, 'x'), "title"},
      {&ProductText::title, "bad \xC3", "title"},
      {&ProductText::price, "", "price"},
      {&ProductText::price, std::string(21, '1'), "price"},
      {&ProductText::image_url, "javascript:alert(1)", "imageUrl"},
      {&ProductText::image_url, "/etc/passwd", "imageUrl"},
      {&ProductText::image_url, "https://example.org/" + std::string(500, 'x'), "imageUrl"},
      {&ProductText::url, "data:text/html,x", "url"},
      {&ProductText::url, "https://user:word@example.org/", "url"},
      {&ProductText::description, std::string(257, 'x'), "description"},
      {&ProductText::sku, std::string(65, 'x'), "sku"},
  };
  for (const Case& row : cases) {
    ProductText wrong = good;
    wrong.*row.member = row.value;
    auto refused = checked(wrong);
    ASSERT_FALSE(refused.has_value()) << row.field << " " << row.value;
    EXPECT_EQ(refused.error().field, row.field);
  }
  ProductText longest = good;
  longest.title.clear();
  for (int i = 0; i < 150; ++i) longest.title += "ü";
  EXPECT_TRUE(checked(longest).has_value());
}

TEST(ProductRow, ColumnsByTheirNames) {
  auto columns = ProductColumns::read(
      {.line = 1, .fields = {"SKU", " Image Link", "Name", "colour", "Price"}, .problem = {}});
  ASSERT_TRUE(columns.has_value());
  auto product = columns->product_of(
      {.line = 2, .fields = {"7", "http://a.example/b", "Lamp", "red", "9"}, .problem = {}});
  ASSERT_TRUE(product.has_value());
  EXPECT_EQ(product->sku, "7");
  EXPECT_EQ(product->title, "Lamp");
  EXPECT_EQ(product->price, "9");
  EXPECT_EQ(product->image_url, "http://a.example/b");
  // What is missing at a line's end is empty.
  auto brief = columns->product_of({.line = 3, .fields = {"7", ""}, .problem = {}});
  ASSERT_FALSE(brief.has_value());
  EXPECT_EQ(brief.error().message, "A product needs a title.");
  auto wide =
      columns->product_of({.line = 4, .fields = {"7", "", "Lamp", "red", "9", "x"}, .problem = {}});
  ASSERT_FALSE(wide.has_value());
  EXPECT_EQ(wide.error().message, "The line has 6 fields, the first one names 5 columns.");
  EXPECT_FALSE(ProductColumns::read({.line = 1, .fields = {"a", "b"}, .problem = {}}).has_value());
  EXPECT_FALSE(
      ProductColumns::read({.line = 1, .fields = {"title", "b"}, .problem = {}}).has_value());
}

TEST(ProductRow, KeysOfTitlesAndNumbersNeverMeet) {
  ProductText product{
      .title = "Lämp", .price = "9", .image_url = {}, .description = {}, .url = {}, .sku = {}};
  const std::string by_title = product_key(product);
  product.title = "LÄMP";
  EXPECT_EQ(product_key(product), by_title);
  product.sku = "lämp";
  EXPECT_NE(product_key(product), by_title);
}

}  // namespace
}  // namespace app
