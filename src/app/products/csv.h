// Reads tables as spreadsheets write them (RFC 4180), with what they do beyond it: a byte order
// mark, lone CR or LF, semicolons or tabs between fields.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace app {

struct CsvRow {
  std::size_t line = 0;  // where it begins, from 1
  std::vector<std::string> fields;
  /// Why the row cannot be used; then its fields may be incomplete. Empty: it can.
  std::string problem;
};

/// Row after row of a text that outlives the reader. Lines without anything are skipped. A row that
/// breaks the format is told as such, and the next one begins behind the end of its line.
class CsvReader {
 public:
  /// The separator is the first of , ; and tab in the first line (outside of quotes).
  explicit CsvReader(std::string_view text);
  std::optional<CsvRow> next();

  static constexpr std::size_t kMaxFields = 64;
  static constexpr std::size_t kMaxField = 8 << 10;  // octets

 private:
  void read_row(CsvRow& row);
  /// The field up to its separator or the end of its line, which are left.
  std::string read_field(CsvRow& row);
  std::string read_quoted(CsvRow& row);
  bool at_line_end() const;
  void skip_line_end();
  void skip_line();

  std::string_view text_;
  std::size_t at_ = 0;
  std::size_t line_ = 1;
  char separator_ = ',';
};

}  // namespace app
