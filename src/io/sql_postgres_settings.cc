#include "io/sql_postgres_settings.h"

#include <libpq-fe.h>

#include <algorithm>
#include <memory>

namespace io {
namespace {

struct FreeMemory {
  void operator()(char* memory) const { PQfreemem(memory); }
};
struct FreeOptions {
  void operator()(PQconninfoOption* options) const { PQconninfoFree(options); }
};

}  // namespace

base::Expected<PostgresSettings> PostgresSettings::parse(const std::string& url) {
  char* reason = nullptr;
  const std::unique_ptr<PQconninfoOption, FreeOptions> options(
      PQconninfoParse(url.c_str(), &reason));
  const std::unique_ptr<char, FreeMemory> owned(reason);
  if (options == nullptr) {
    // libpq's sentence would quote the piece that it did not understand, maybe the password.
    return base::fail(base::ErrorCode::kInvalid,
                      "the PostgreSQL URL is not well-formed; special characters of user and "
                      "password must be written as %XX");
  }
  PostgresSettings out;
  for (const PQconninfoOption* option = options.get(); option->keyword != nullptr; ++option) {
    if (option->val != nullptr) out.values_.emplace_back(option->keyword, option->val);
  }
  if (const std::string* password = out.find("password")) out.password_ = *password;
  out.add_default("connect_timeout", "10");      // seconds
  out.add_default("tcp_user_timeout", "30000");  // milliseconds until a silent server is given up
  out.add_default("application_name", "rostrum");
  out.add_default("client_encoding", "UTF8");
  *out.find("client_encoding") = "UTF8";  // nothing else is understood here
  return out;
}

std::string PostgresSettings::without_password(std::string text) const {
  if (password_.empty()) return text;
  for (auto at = text.find(password_); at != std::string::npos; at = text.find(password_, at)) {
    text.replace(at, password_.size(), "***");
    at += 3;
  }
  return text;
}

std::string* PostgresSettings::find(std::string_view name) {
  const auto found = std::ranges::find(
      values_, name, [](const auto& pair) -> std::string_view { return pair.first; });
  return found == values_.end() ? nullptr : &found->second;
}

void PostgresSettings::add_default(std::string_view name, std::string_view value) {
  if (find(name) == nullptr) values_.emplace_back(name, value);
}

}  // namespace io
