// Asks other people's HTTP servers: one request at a time, waiting for the answer. For threads that
// may wait (the slow crew), never for loops. Proxies of the environment are not used; nothing that
// is written into a log or an error holds more of an address than its scheme, host and port.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/time.h"

namespace io {

/// Which machines may be asked. An address that a stranger gave us must be kPublic: it could name a
/// service of ours that trusts its own network.
enum class FetchReach : std::uint8_t { kAnywhere, kPublic };

struct FetchRequest {
  std::string method = "GET";
  /// http or https, without a name or password in it. Characters that a URL cannot hold have to be
  /// encoded.
  std::string url;
  std::vector<std::pair<std::string, std::string>> headers = {};
  std::string body = {};
  /// From the first look-up to the last octet.
  base::Duration time_limit = std::chrono::seconds(10);
  std::size_t max_body = std::size_t{1} << 20;
  /// Redirections that are followed, for GET and HEAD; a redirection is an answer otherwise.
  int max_redirects = 0;
  FetchReach reach = FetchReach::kAnywhere;
  /// PEM certificates that are trusted in place of the system's.
  std::string ca_file = {};
};

struct FetchAnswer {
  std::uint16_t status = 0;
  std::vector<std::pair<std::string, std::string>> headers;  // names in lower case
  std::string body;

  /// The first field of that name (lower case).
  std::optional<std::string_view> header(std::string_view name) const;
};

/// Keeps connections for the next request. Belongs to one thread at a time.
class Fetcher {
 public:
  Fetcher();
  ~Fetcher();
  Fetcher(Fetcher&&) noexcept;
  Fetcher& operator=(Fetcher&&) noexcept;

  /// Every answer, whatever its status. kInvalid for a request that cannot be made (address,
  /// method, line ends in a field), kUnauthorized if the server's certificate is not trusted or its
  /// address is out of reach, kTimeout, kLimit for an answer larger than allowed or too many
  /// redirections, kClosed if there is no connection or it ended early, kIo for anything else.
  base::Expected<FetchAnswer> run(const FetchRequest& request);

 private:
  struct Handle;
  std::unique_ptr<Handle> handle_;
};

/// One request with a connection of its own.
base::Expected<FetchAnswer> fetch(const FetchRequest& request);

/// The "https://host:port" of an address, for sentences; "an address" if it is none.
std::string origin_of(std::string_view url);

}  // namespace io
