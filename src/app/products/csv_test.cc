#include "app/products/csv.h"

#include <gtest/gtest.h>

namespace app {
namespace {

using Fields = std::vector<std::string>;

std::vector<CsvRow> rows_of(std::string_view text) {
  CsvReader reader(text);
  std::vector<CsvRow> rows;
  while (auto row = reader.next()) rows.push_back(std::move(*row));
  return rows;
}

TEST(Csv, ReadsWhatSpreadsheetsWrite) {
  struct Case {
    std::string_view text;
    std::vector<Fields> rows;
  };
  const Case cases[] = {
      {"", {}},
      {"a,b\nc,d", {{"a", "b"}, {"c", "d"}}},
      {"a,b\r\nc,d\r\n", {{"a", "b"}, {"c", "d"}}},
      {"a,b\rc,d\r", {{"a", "b"}, {"c", "d"}}},
      {"\n\r\na\n\n", {{"a"}}},
      {"a,\n,b", {{"a", ""}, {"", "b"}}},
      {"\xEF\xBB\xBF\"a\",b", {{"a", "b"}}},
      {"a;b\nc,d;e", {{"a", "b"}, {"c,d", "e"}}},
      {"a\tb\nc;d\te", {{"a", "b"}, {"c;d", "e"}}},
      {"\"a,b\";c", {{"a,b", "c"}}},
      {"\"say \"\"no\"\"\",b", {{"say \"no\"", "b"}}},
      {"\"two\r\nlines\",b\nc,d", {{"two\nlines", "b"}, {"c", "d"}}},
      {"a\"b,c", {{"a\"b", "c"}}},
      {"12\" lamp,b\nc;d,e", {{"12\" lamp", "b"}, {"c;d", "e"}}},
      {"\"a\"\",\";b\nc,d;e", {{"a\",", "b"}, {"c,d", "e"}}},
      {"\"\",\"\"", {{"", ""}}},
  };
  for (const Case& row : cases) {
    std::vector<Fields> read;
    for (const CsvRow& found : rows_of(row.text)) {
      EXPECT_EQ(found.problem, "") << row.text;
      read.push_back(found.fields);
    }
    EXPECT_EQ(read, row.rows) << row.text;
  }
}

TEST(Csv, KnowsWhereALineBegan) {
  const auto rows = rows_of("a\n\n\"b\nb\"\r\nc");
  ASSERT_EQ(rows.size(), 3U);
  EXPECT_EQ(rows[0].line, 1U);
  EXPECT_EQ(rows[1].line, 3U);
  EXPECT_EQ(rows[2].line, 5U);
}

TEST(Csv, TellsOfABrokenLineAndGoesOnBehindIt) {
  const auto rows = rows_of("a,b\n\"c\"x,d\ne,f");
  ASSERT_EQ(rows.size(), 3U);
  EXPECT_EQ(rows[1].problem, "Something stands behind a closing quotation mark.");
  EXPECT_EQ(rows[2].fields, (Fields{"e", "f"}));

  const auto open = rows_of("a\n\"b\nc\nd");
  ASSERT_EQ(open.size(), 2U);
  EXPECT_EQ(open[1].problem, "A quotation mark is not closed.");
  EXPECT_EQ(open[1].line, 2U);
}

TEST(Csv, KeepsItsBounds) {
  const auto wide = rows_of(std::string(200, ',') + "\nnext");
  ASSERT_EQ(wide.size(), 2U);
  EXPECT_EQ(wide[0].problem, "The line has too many fields.");
  EXPECT_EQ(wide[0].fields.size(), CsvReader::kMaxFields);
  EXPECT_EQ(wide[1].fields, Fields{"next"});

  for (const std::string_view quote : {"", "\""}) {
    const auto rows = rows_of(std::string(quote) + std::string(CsvReader::kMaxField + 1, 'x') +
                              std::string(quote) + "\nnext");
    ASSERT_EQ(rows.size(), 2U);
    EXPECT_EQ(rows[0].problem, "A field is too long.");
    EXPECT_EQ(rows[0].fields[0].size(), CsvReader::kMaxField);
    EXPECT_EQ(rows[1].fields, Fields{"next"});
  }
}

}  // namespace
}  // namespace app
