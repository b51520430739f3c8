// What the files of SQL share about the two databases; for io/sql*.cc only.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "base/error.h"
#include "io/sql.h"

namespace io {

/// Prepared statements that one connection keeps.
inline constexpr std::size_t kMaxSqlStatements = 256;
/// Rows of one result.
inline constexpr std::size_t kMaxSqlRows = 1'000'000;
/// Parameters of one statement.
inline constexpr std::size_t kMaxSqlParameters = 1'000;
/// Octets of one parameter.
inline constexpr std::size_t kMaxSqlValue = 64 << 20;

base::Expected<std::unique_ptr<SqlDatabase>> open_sqlite(const std::string& path,
                                                         std::int64_t busy_milliseconds);
base::Expected<std::unique_ptr<SqlDatabase>> open_postgres(const std::string& url,
                                                           std::int64_t busy_milliseconds);

/// Refuses what one of the databases cannot hold, so that both behave alike.
base::Expected<void> check_sql_parameters(std::span<const SqlValue> parameters);

/// Whether `statement` begins with `word` (upper case), however it is written.
bool begins_with_sql_word(std::string_view statement, std::string_view word);

/// For maps that are asked with views.
struct SqlTextHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const {
    return std::hash<std::string_view>()(text);
  }
};

}  // namespace io
