// What the users of libcurl share; for the files of io that call it.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/error.h"

namespace io {

/// libcurl's easy handle, without its header.
struct CurlClose {
  void operator()(void* handle) const;
};
using CurlHandle = std::unique_ptr<void, CurlClose>;
/// Sets the library up once for the program.
CurlHandle make_curl();

struct CurlListClose {
  void operator()(void* list) const;
};
/// A list of texts that libcurl keeps no copy of.
class CurlList {
 public:
  void add(const std::string& text);
  void* get() const { return list_.get(); }

 private:
  std::unique_ptr<void, CurlListClose> list_;
};

/// A CURLcode as an error: "<where>: <sentence>".
base::Error curl_error(int code, std::string_view where);

/// Whether a socket address, given as octets of a sockaddr, is one of the public Internet.
bool is_public_address(const void* native, std::size_t length);

}  // namespace io
