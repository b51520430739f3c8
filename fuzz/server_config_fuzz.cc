// The configuration file: any bytes give a Config or errors, and what is shown reads back.
#include "base/bytes.h"
#include "base/check.h"
#include "server/config.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  server::ConfigSources sources;
  sources.file_name = "fuzz.yaml";
  sources.file_text = base::as_text({data, size});
  auto loaded = server::load_config(sources);
  if (!loaded) {
    CHECK(!loaded.error().empty());
    return 0;
  }
  loaded->config.channels.clear();  // their keys are masked
  sources.file_text = server::show_config(loaded->config);
  const auto again = server::load_config(sources);
  CHECK(again.has_value());
  CHECK(server::show_config(again->config) == sources.file_text);
  return 0;
}
