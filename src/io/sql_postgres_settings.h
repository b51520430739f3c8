// A PostgreSQL connection URI taken apart, with our own settings added. For io/sql*.cc only.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.h"

namespace io {

class PostgresSettings {
 public:
  /// kInvalid for what libpq cannot read; the message holds nothing of the URL.
  static base::Expected<PostgresSettings> parse(const std::string& url);

  /// Names and values for libpq.
  const std::vector<std::pair<std::string, std::string>>& values() const { return values_; }
  /// libpq does not print passwords; should it ever, they end here.
  std::string without_password(std::string text) const;

 private:
  std::string* find(std::string_view name);
  void add_default(std::string_view name, std::string_view value);

  std::vector<std::pair<std::string, std::string>> values_;
  std::string password_;
};

}  // namespace io
