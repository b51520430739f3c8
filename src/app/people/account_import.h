// Files of accounts that come from other systems: CSV (RFC 4180) read into rows, and what one line
// makes.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "app/people/account_store.h"

namespace app {

struct CsvLine {
  std::size_t number = 0;  // of its first line, from 1
  std::vector<std::string> fields;
};
/// Lines of fields between commas; a field in quotes may hold commas, line ends and doubled
/// quotes. Lines end with LF or CRLF; empty ones are left out. kMalformed for an open quote, text
/// behind a closing one, or text that is not UTF-8; kLimit beyond a million lines or 32 fields.
base::Expected<std::vector<CsvLine>> read_csv(std::string_view text);

/// The account of a line: name, address, password hash, role (may be left out). The sentence says
/// what is wrong.
base::Expected<AccountRow> account_of_line(const CsvLine& line, base::WallTime now);
/// Whether a first line names the columns.
bool is_heading(const CsvLine& line);

}  // namespace app
