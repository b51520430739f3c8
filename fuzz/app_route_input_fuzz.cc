// Bodies and queries of requests to the platform: what passes fits the table, and passes again.
#include <boost/json/serialize.hpp>
#include <cstdint>

#include "app/core/router.h"
#include "base/bytes.h"
#include "base/check.h"

namespace {

using Type = app::Field::Type;
using Need = app::Field::Need;

constexpr app::Field kOption[] = {{"text", Type::kText, Need::kRequired, 1, 40}};
constexpr app::Field kFields[] = {
    {"q", Type::kText, Need::kRequired, 1, 24},
    {"kind", Type::kText, Need::kOptional, 0, 0, {}, "quiz|poll"},
    {"n", Type::kInteger, Need::kOptional, 5, 30},
    {"x", Type::kNumber},
    {"b", Type::kBoolean},
    {"options", Type::kList, Need::kOptional, 2, 5, {}, {}, kOption},
    {"words", Type::kTexts, Need::kOptional, 0, 3, {}, {}, kOption},
    {"free", Type::kObject},
};
constexpr app::Route kPost{.method = wire::http::Method::kPost, .path = "/x", .input = kFields};
constexpr app::Route kGet{.method = wire::http::Method::kGet, .path = "/x", .input = kFields};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(base::as_text({data, size}));
  wire::http::Request request;
  request.method = wire::http::Method::kPost;
  request.body = base::Slice::take(std::string(text));
  if (const auto read = app::read_input(kPost, request)) {
    CHECK(!read->at("q").as_string().empty());
    const std::string once = boost::json::serialize(*read);
    request.body = base::Slice::take(std::string(once));
    const auto again = app::read_input(kPost, request);
    CHECK(again && boost::json::serialize(*again) == once);
  }
  wire::http::Request asked;
  if (asked.set_target("/x?" + text)) (void)app::read_input(kGet, asked);
  return 0;
}
