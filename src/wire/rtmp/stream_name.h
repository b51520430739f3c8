// What encoders write into `app`, `tcUrl` and the publishing name, made into one answer: which
// application, which stream key, which parameters.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace wire::rtmp {

/// The parts of "<key>?name=value&...". Values are percent-decoded. The key is a secret.
struct StreamName {
  std::string key;
  std::vector<std::pair<std::string, std::string>> parameters;  // in order, at most 32
  /// `priority` of a takeover, 1 to 2,147,483,647; absent if not asked for or invalid.
  std::optional<std::uint32_t> priority;
  /// `priority` is there, but is not a number in its range or stands there twice.
  bool priority_invalid = false;
  /// `clientConfigId` of a multitrack broadcast; empty if absent.
  std::string client_config_id;

  /// Value of the first parameter of that name, or null.
  const std::string* find(std::string_view name) const;
};

StreamName parse_stream_name(std::string_view text);

struct PublishTarget {
  std::string app;
  std::string stream_name;  // key and query, for parse_stream_name; may be empty
};

/// Sorts out the ways in which encoders spread `<app>/<key>?<query>` over connect and publish:
/// doubled and trailing slashes, the key in `app` or only in `tc_url` with an empty publishing
/// name, the query behind `app`. The first path segment is the application; if the publishing
/// name is empty the rest is the key.
PublishTarget publish_target(std::string_view app, std::string_view tc_url, std::string_view name);

}  // namespace wire::rtmp
