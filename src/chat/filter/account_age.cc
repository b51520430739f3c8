#include "chat/filter/account_age.h"

#include <algorithm>
#include <chrono>

namespace chat {
namespace {

/// Takes texts of fixed forms from the front; after the first that does not fit, ok() is false.
class Fields {
 public:
  explicit Fields(std::string_view text) : rest_(text) {}

  bool ok() const { return ok_; }
  bool at_end() const { return rest_.empty(); }

  int number(std::size_t digits) {
    if (rest_.size() < digits) return fail();
    int value = 0;
    for (const char c : rest_.substr(0, digits)) {
      if (c < '0' || c > '9') return fail();
      value = value * 10 + (c - '0');
    }
    rest_.remove_prefix(digits);
    return value;
  }
  /// One of `allowed`; 0 if it is another.
  char one_of(std::string_view allowed) {
    if (rest_.empty() || !allowed.contains(rest_.front())) {
      fail();
      return 0;
    }
    const char c = rest_.front();
    rest_.remove_prefix(1);
    return c;
  }
  bool next_is(char c) const { return !rest_.empty() && rest_.front() == c; }
  void skip_digits() {
    number(1);
    while (!rest_.empty() && rest_.front() >= '0' && rest_.front() <= '9') rest_.remove_prefix(1);
  }

 private:
  int fail() {
    ok_ = false;
    return 0;
  }
  std::string_view rest_;
  bool ok_ = true;
};

}  // namespace

std::optional<base::WallTime> parse_rfc3339(std::string_view text) {
  namespace chrono = std::chrono;
  Fields fields(text);
  const chrono::year year(fields.number(4));
  fields.one_of("-");
  const chrono::month month(static_cast<unsigned>(fields.number(2)));
  fields.one_of("-");
  const chrono::day day(static_cast<unsigned>(fields.number(2)));
  fields.one_of("Tt ");
  const int hour = fields.number(2);
  fields.one_of(":");
  const int minute = fields.number(2);
  fields.one_of(":");
  const int second = fields.number(2);
  if (fields.next_is('.')) {
    fields.one_of(".");
    fields.skip_digits();  // whole seconds are exact enough
  }
  const char zone = fields.one_of("Zz+-");
  int offset_hours = 0;
  int offset_minutes = 0;
  if (zone == '+' || zone == '-') {
    offset_hours = fields.number(2);
    fields.one_of(":");
    offset_minutes = fields.number(2);
  }
  const chrono::year_month_day date(year, month, day);
  if (!fields.ok() || !fields.at_end() || !date.ok() || hour > 23 || minute > 59 || second > 60 ||
      offset_hours > 23 || offset_minutes > 59) {
    return std::nullopt;
  }
  const auto offset = chrono::hours(offset_hours) + chrono::minutes(offset_minutes);
  return chrono::sys_days(date) + chrono::hours(hour) + chrono::minutes(minute) +
         chrono::seconds(second) - (zone == '-' ? -offset : offset);
}

std::optional<base::WallTime> account_created_at(const Attributes& attributes) {
  const auto found =
      std::ranges::find(attributes, "accountCreatedAt", &Attributes::value_type::first);
  return found == attributes.end() ? std::nullopt : parse_rfc3339(found->second);
}

}  // namespace chat
