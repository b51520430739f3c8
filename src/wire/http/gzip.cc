#include "wire/http/gzip.h"

#include <zlib.h>

#include <limits>

#include "base/check.h"

namespace wire::http {

base::Bytes gzip(base::ByteSpan data, int level) {
  CHECK(level >= 1 && level <= 9);
  CHECK(data.size() <= std::numeric_limits<uInt>::max());
  static constexpr int kGzipWindow = 15 + 16;  // 16 asks zlib for gzip's wrapper
  static constexpr int kMemoryLevel = 8;
  z_stream stream{};
  CHECK(deflateInit2(&stream, level, Z_DEFLATED, kGzipWindow, kMemoryLevel, Z_DEFAULT_STRATEGY) ==
        Z_OK);
  base::Bytes out(deflateBound(&stream, data.size()));
  stream.next_in = const_cast<Bytef*>(data.data());  // only read
  stream.avail_in = static_cast<uInt>(data.size());
  stream.next_out = out.data();
  stream.avail_out = static_cast<uInt>(out.size());
  CHECK(deflate(&stream, Z_FINISH) == Z_STREAM_END);
  out.resize(stream.total_out);
  CHECK(deflateEnd(&stream) == Z_OK);
  return out;
}

}  // namespace wire::http
