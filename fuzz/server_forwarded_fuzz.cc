// X-Forwarded-For, and lists of proxies: whatever comes, the origin is the peer or an address.
#include <algorithm>
#include <cstdint>

#include "base/bytes.h"
#include "base/check.h"
#include "server/trusted_proxies.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = base::as_text({data, size});
  const std::string_view list = text.substr(0, text.find('\n'));
  const std::string_view hops = text.substr(std::min(list.size() + 1, text.size()));
  auto proxies = server::TrustedProxies::parse(list);
  if (!proxies) proxies = server::TrustedProxies::parse("10.0.0.0/8");
  wire::http::Request request;
  request.headers.add("X-Forwarded-For", hops);
  const auto origin = proxies->origin(request, "10.0.0.1", false);
  CHECK(!origin.address.empty() && origin.address.size() <= 45);
  CHECK(!origin.is_secure);
  return 0;
}
