// ResponseReader must take any bytes in any pieces with the same outcome.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>

#include "base/check.h"
#include "wire/http/client.h"

namespace {

using namespace wire::http;

struct Listener : ResponseReader::Listener {
  std::string seen;
  void on_head(const ResponseHead& head) override {
    seen += std::to_string(head.status);
    for (std::size_t i = 0; i < head.headers.size(); ++i) {
      seen += std::string(head.headers[i].name) + ':' + std::string(head.headers[i].value);
    }
  }
  void on_body(base::ByteSpan data) override { seen += base::as_text(data); }
  void on_complete(bool keeps_alive) override { seen += keeps_alive ? "|kept|" : "|closed|"; }
};

std::string run(base::ByteSpan input, std::size_t piece) {
  Listener listener;
  ResponseReader reader(listener);
  reader.expect(Method::kGet);
  reader.expect(Method::kHead);
  reader.expect(Method::kGet);
  bool good = true;
  while (good && !input.empty()) {
    const base::ByteSpan part = input.first(std::min(piece, input.size()));
    input = input.subspan(part.size());
    good = reader.receive(part).has_value();
  }
  if (good) good = reader.end_of_input().has_value();
  return listener.seen + (good ? "good" : "bad");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const base::ByteSpan input(data, size);
  CHECK(run(input, size) == run(input, 1 + input[size - 1] % 16));
  return 0;
}
