// A signed request of any shape: the first line is the target, the second the host, then fields as
// "name:value", an empty line, the body. Whatever was parsed verifies exactly if it carries the
// signature that its own canonical form gives.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>

#include "base/check.h"
#include "wire/aws/sigv4.h"

namespace {

using namespace wire;

std::string_view take_line(std::string_view& text) {
  const std::size_t end = std::min(text.find('\n'), text.size());
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return line;
}

void check_canonical(std::string_view target) {
  const std::string path = aws::canonical_path(target, aws::PathStyle::kEncodedAgain);
  CHECK(path.starts_with('/') && path.find("//") == std::string::npos);
  if (const auto query = aws::canonical_query(target)) {
    const auto again = aws::canonical_query(*query);
    CHECK(again && *again == *query);
  }
}

void check_own_signature(http::Request request, base::WallTime now) {
  for (const char* name :
       {"Authorization", "X-Amz-Date", "X-Amz-Content-Sha256", "X-Amz-Security-Token"}) {
    request.headers.remove(name);
  }
  const aws::Credentials credentials{"AKID", "secret", "token"};
  const auto added = aws::sign(request, credentials, {.region = "r", .service = "s"}, now);
  if (!added) return;
  for (std::size_t i = 0; i < added->size(); ++i) {
    request.headers.add((*added)[i].name, (*added)[i].value);
  }
  const auto parsed = aws::parse_authorization(request);
  // Names that no field may have, and no host at all, can be signed but are refused.
  if (!parsed) return;
  const auto key = aws::derive_signing_key("secret", parsed->date, "r", "s");
  CHECK(aws::verify(*parsed, request, key, {.service = "s", .region = "r"}, now));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view text = base::as_text({data, size});
  http::Request request;
  request.method = http::Method::kPost;
  request.target = take_line(text);
  request.host = take_line(text);
  while (!text.empty()) {
    const std::string_view line = take_line(text);
    if (line.empty()) break;
    const std::size_t colon = std::min(line.find(':'), line.size());
    request.headers.add(line.substr(0, colon), line.substr(std::min(colon + 1, line.size())));
  }
  request.body = base::Slice::copy_of(base::as_bytes(text));
  check_canonical(request.target);

  const base::WallTime now = aws::parse_amz_date("20260505T215538Z").value();
  check_own_signature(request, now);
  const auto parsed = aws::parse_authorization(request);
  if (!parsed) {
    CHECK(!parsed.error().message.empty());
    return 0;
  }
  CHECK(aws::parse_amz_date({parsed->amz_date.data(), parsed->amz_date.size()}) == parsed->time);
  CHECK(std::ranges::is_sorted(parsed->signed_headers));
  const auto key =
      aws::derive_signing_key("another", parsed->date, parsed->region, parsed->service);
  const aws::ScopeRule rule{.service = "", .region = ""};
  CHECK(!aws::verify(*parsed, request, key, rule, parsed->time));
  return 0;
}
