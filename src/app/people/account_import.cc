#include "app/people/account_import.h"

#include <fmt/format.h>

#include "app/people/names.h"
#include "app/people/password_hash.h"
#include "base/utf8.h"

namespace app {
namespace {

using base::ErrorCode;
using base::fail;

constexpr std::size_t kMaxLines = 1'000'000;
constexpr std::size_t kMaxFields = 32;

class Reader {
 public:
  explicit Reader(std::string_view text) : rest_(text) {}

  base::Expected<std::vector<CsvLine>> read() {
    std::vector<CsvLine> lines;
    while (!rest_.empty()) {
      CsvLine line{.number = number_, .fields = {}};
      bool goes_on = true;
      while (goes_on) {
        auto field = take_field();
        if (!field) return fail(std::move(field.error()));
        if (line.fields.size() == kMaxFields) {
          return fail(ErrorCode::kLimit, fmt::format("line {} has too many fields", line.number));
        }
        line.fields.push_back(std::move(*field));
        goes_on = take(',');
      }
      if (!take_line_end()) {
        return fail(ErrorCode::kMalformed,
                    fmt::format("line {} has text behind a closing quote", number_));
      }
      if (line.fields.size() == 1 && line.fields.front().empty()) continue;
      if (lines.size() == kMaxLines) {
        return fail(ErrorCode::kLimit, fmt::format("there are more than {} lines", kMaxLines));
      }
      lines.push_back(std::move(line));
    }
    return lines;
  }

 private:
  bool take(char c) {
    if (!rest_.starts_with(c)) return false;
    rest_.remove_prefix(1);
    return true;
  }
  bool take_line_end() {
    if (rest_.empty()) return true;
    if (rest_.starts_with("\r\n")) rest_.remove_prefix(1);
    if (!take('\n')) return false;
    ++number_;
    return true;
  }
  base::Expected<std::string> take_field() {
    if (!take('"')) {
      const std::string_view field = rest_.substr(0, rest_.find_first_of(",\n"));
      rest_.remove_prefix(field.size());
      const bool ends_line = rest_.empty() || rest_.front() == '\n';
      return std::string(ends_line && field.ends_with('\r') ? field.substr(0, field.size() - 1)
                                                            : field);
    }
    const std::size_t begun = number_;
    std::string field;
    while (true) {
      const std::size_t quote = rest_.find('"');
      if (quote == std::string_view::npos) {
        return fail(ErrorCode::kMalformed,
                    fmt::format("the quote in line {} is never closed", begun));
      }
      const std::string_view piece = rest_.substr(0, quote);
      for (const char c : piece) number_ += c == '\n' ? 1 : 0;
      field += piece;
      rest_.remove_prefix(quote + 1);
      if (!take('"')) return field;
      field += '"';
    }
  }

  std::string_view rest_;
  std::size_t number_ = 1;
};

base::Expected<AccountRow> wrong(const Refusal& refusal) {
  return fail(ErrorCode::kInvalid, refusal.message);
}

}  // namespace

base::Expected<std::vector<CsvLine>> read_csv(std::string_view text) {
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  if (!base::is_utf8(text) || text.find('\0') != std::string_view::npos) {
    return fail(ErrorCode::kMalformed, "the file is not UTF-8 text");
  }
  return Reader(text).read();
}

bool is_heading(const CsvLine& line) {
  return line.fields.size() >= 2 && folded(trimmed(line.fields[0])) == "name" &&
         folded(trimmed(line.fields[1])) == "email";
}

base::Expected<AccountRow> account_of_line(const CsvLine& line, base::WallTime now) {
  if (line.fields.size() < 3 || line.fields.size() > 4) {
    return fail(ErrorCode::kInvalid, "A line is name,email,password hash[,role].");
  }
  const std::string_view name = trimmed(line.fields[0]);
  const std::string_view email = trimmed(line.fields[1]);
  const std::string_view hash = trimmed(line.fields[2]);
  if (auto fits = check_name(name); !fits) return wrong(fits.error());
  if (is_reserved_name(name, {})) return fail(ErrorCode::kInvalid, "This name cannot be had.");
  if (email.empty() && hash.empty()) {
    return fail(ErrorCode::kInvalid, "Without address and password nobody could sign in.");
  }
  if (!email.empty()) {
    if (auto fits = check_email(email); !fits) return wrong(fits.error());
  }
  AccountRow row = new_account(name, email, now);
  if (!hash.empty()) {
    if (auto parsed = parse_password_hash(hash); !parsed) return fail(std::move(parsed.error()));
    row.password = hash;
  }
  row.account.role = Role::kStreamer;
  if (line.fields.size() == 4 && !trimmed(line.fields[3]).empty()) {
    const auto role = role_from(trimmed(line.fields[3]));
    if (!role) {
      return fail(ErrorCode::kInvalid,
                  "The role is one of viewer, streamer, moderator, administrator.");
    }
    row.account.role = *role;
  }
  return row;
}

}  // namespace app
