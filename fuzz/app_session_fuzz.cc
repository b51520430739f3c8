// What a request brings to say who it is from: cookies, access tokens, the name of a browser.
// Nothing but what we signed is believed. The first line is the Cookie field, the second
// Authorization, the third User-Agent.
#include <cstddef>
#include <cstdint>
#include <string>

#include "app/people/cookie.h"
#include "app/people/keyring.h"
#include "app/people/names.h"
#include "app/people/session_store.h"
#include "base/check.h"
#include "base/utf8.h"

namespace {

std::string_view take_line(std::string_view& rest) {
  const std::string_view line = rest.substr(0, rest.find('\n'));
  rest.remove_prefix(line.size() < rest.size() ? line.size() + 1 : line.size());
  return line;
}

const app::Keyring& keyring() {
  static const app::Keyring made(base::Bytes(32, 7));
  return made;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view rest = base::as_text({data, size});
  wire::http::Headers headers;
  const std::string_view cookies = take_line(rest);
  headers.add("Cookie", cookies);
  if (const auto found = app::find_cookie(headers, "rostrum_session")) {
    CHECK(found->size() <= cookies.size());
    CHECK(found->find(';') == std::string_view::npos);
    CHECK(!keyring().is_csrf_token(app::session_key(*found), *found));
  }
  const std::string_view authorization = take_line(rest);
  const base::WallTime now{std::chrono::hours(400'000)};
  CHECK(!keyring().read(app::bearer_token(authorization), now));
  const std::string device = app::device_of(rest);
  CHECK(device.size() <= 80 && base::is_utf8(device));
  // Names and addresses that pass are what they should be.
  if (app::check_email(rest)) CHECK(rest.find_first_of(" \r\n<>,") == std::string_view::npos);
  CHECK(app::check_name(app::name_like(rest, static_cast<unsigned>(size))).has_value());
  return 0;
}
