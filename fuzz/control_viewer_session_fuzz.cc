// A session as somebody might write it into an address: nothing but what was signed opens.
#include <cstddef>
#include <cstdint>

#include "base/bytes.h"
#include "base/check.h"
#include "control/viewer_session.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const base::Bytes key = base::random_octets(32);
  control::ViewerSessionSigner signer(key);
  const std::string_view text = base::as_text({data, size});
  CHECK(!signer.open(text, "channel00001"));
  control::ViewerSession session;
  session.viewer = text.substr(0, 40);
  session.strict_origin = size % 2 == 1;
  if (session.strict_origin) session.origins.emplace_back(text.substr(0, 300));
  const auto opened = signer.open(signer.sign(session, "channel00001"), "channel00001");
  CHECK(opened && opened->viewer == session.viewer && opened->origins == session.origins);
  return 0;
}
