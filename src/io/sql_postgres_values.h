// SQL values as PostgreSQL's protocol has them: parameters travel in binary, each with a type of
// its own; results are text that is read by the column's type. For io/sql*.cc only.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "io/sql.h"

namespace io {

/// The number of a type (libpq's Oid).
using PostgresType = std::uint32_t;
/// The server finds out.
inline constexpr PostgresType kUnknownPostgresType = 0;

/// Parameters in the shape that libpq asks for. Views `values`, which must outlive it.
class PostgresParameters {
 public:
  explicit PostgresParameters(std::span<const SqlValue> values);
  PostgresParameters(const PostgresParameters&) = delete;
  PostgresParameters& operator=(const PostgresParameters&) = delete;

  int count() const { return static_cast<int>(pointers_.size()); }
  const char* const* pointers() const { return pointers_.data(); }
  const int* lengths() const { return lengths_.data(); }
  const int* formats() const { return formats_.data(); }
  /// kUnknownPostgresType for NULL.
  const std::vector<PostgresType>& types() const { return types_; }

 private:
  std::vector<std::array<std::uint8_t, 8>> numbers_;  // big-endian
  std::vector<const char*> pointers_;
  std::vector<int> lengths_;
  std::vector<int> formats_;
  std::vector<PostgresType> types_;
};

/// A value that is not NULL, from the server's text. Booleans are 0 and 1, sums of integers are
/// integers, what has no type of ours is text.
SqlValue postgres_value(PostgresType type, std::string_view text);

}  // namespace io
