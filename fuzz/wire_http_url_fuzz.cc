// Targets and queries: what is accepted is safe, and encoding is the inverse of decoding.
#include <cstddef>
#include <cstdint>
#include <string>

#include "base/check.h"
#include "base/utf8.h"
#include "wire/http/message.h"
#include "wire/http/representation.h"
#include "wire/http/url.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace wire::http;
  const std::string_view text = base::as_text({data, size});
  CHECK(percent_decode(percent_encode(text)) == text);

  Request request;
  if (request.set_target(text) && request.path != "*") {
    CHECK(request.path.starts_with('/'));
    CHECK(request.path.find("//") == std::string::npos);
    CHECK((request.path + '/').find("/../") == std::string::npos);
    CHECK((request.path + '/').find("/./") == std::string::npos);
    CHECK(request.path.find('\0') == std::string::npos);
    CHECK(base::is_utf8(request.path));
  }
  if (const auto query = Query::parse(text)) {
    CHECK(query->all().size() <= Query::kMaxParameters);
    for (const auto& [name, value] : query->all()) {
      CHECK(query_parameter(text, name) == query->find(name));
    }
  }

  Response response = Response::with_body(200, "text/plain", base::Slice::unowned("0123456789"));
  response.body.push_back(base::Slice::unowned("abc"));
  request.headers.add("Range", text);
  request.headers.add("Accept-Encoding", text);
  (void)choose_coding(request, {ContentCoding::kGzip, ContentCoding::kBrotli});
  apply_range(request, response);
  CHECK(response.body_size() <= 13);
  CHECK((response.status == 416) == (response.body_size() == 0));
  return 0;
}
