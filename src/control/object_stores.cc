#include "control/object_stores.h"

#include "control/s3_object_store.h"
#include "io/local_object_store.h"

namespace control {

base::Expected<std::unique_ptr<io::ObjectStore>> open_object_store(
    io::Loop& loop, const ObjectStoreSettings& settings) {
  if (settings.endpoint.empty()) return io::open_local_object_store(loop, settings.folder);
  return open_s3_object_store(loop,
                              {.endpoint = settings.endpoint,
                               .region = settings.region,
                               .access_key_id = settings.access_key_id,
                               .secret_access_key = settings.secret_access_key,
                               .style = settings.virtual_host ? S3Settings::Style::kVirtualHost
                                                              : S3Settings::Style::kPath});
}

}  // namespace control
