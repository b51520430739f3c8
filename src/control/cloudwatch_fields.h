// Reading the members of a CloudWatch request, each with its type and limits, whichever protocol
// it came in.
#pragma once

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "control/cloudwatch_wire.h"

namespace control {

template <class T>
using CloudWatchResult = std::expected<T, CloudWatchError>;

inline std::unexpected<CloudWatchError> cloudwatch_invalid(std::string message) {
  return std::unexpected(
      CloudWatchError{"ValidationException", "ValidationError", std::move(message), 400});
}
inline std::unexpected<CloudWatchError> cloudwatch_bad_value(std::string message) {
  return std::unexpected(CloudWatchError{"InvalidParameterValueException", "InvalidParameterValue",
                                         std::move(message), 400});
}
inline std::unexpected<CloudWatchError> cloudwatch_bad_combination(std::string message) {
  return std::unexpected(CloudWatchError{"InvalidParameterCombinationException",
                                         "InvalidParameterCombination", std::move(message), 400});
}
inline std::unexpected<CloudWatchError> cloudwatch_missing(std::string_view name) {
  return std::unexpected(CloudWatchError{"MissingRequiredParameterException", "MissingParameter",
                                         "The parameter " + std::string(name) + " is required.",
                                         400});
}
inline std::unexpected<CloudWatchError> cloudwatch_bad_token() {
  return std::unexpected(
      CloudWatchError{"InvalidNextToken", "InvalidNextToken",
                      "The NextToken does not belong to this request; begin without one.", 400});
}

/// The members of one structure. Views into the request.
class CloudWatchFields {
 public:
  /// `is_text`: every value is a text, as in the query protocol.
  CloudWatchFields(const boost::json::object& object, bool is_text, std::string path = {})
      : object_(object), is_text_(is_text), path_(std::move(path)) {}

  /// The member's name with those of the structures around it.
  std::string name(std::string_view member) const;
  bool has(std::string_view member) const { return object_.contains(member); }

  /// Of `minimum` to `maximum` octets.
  CloudWatchResult<std::optional<std::string>> text(std::string_view member, std::size_t minimum,
                                                    std::size_t maximum) const;
  CloudWatchResult<std::optional<std::int64_t>> integer(std::string_view member,
                                                        std::int64_t minimum,
                                                        std::int64_t maximum) const;
  CloudWatchResult<bool> boolean(std::string_view member, bool absent) const;
  /// Seconds since 1970, rounded down.
  CloudWatchResult<std::optional<std::int64_t>> time(std::string_view member) const;
  /// Absent is empty.
  CloudWatchResult<std::vector<CloudWatchFields>> structures(std::string_view member,
                                                             std::size_t maximum) const;
  CloudWatchResult<std::vector<std::string>> texts(std::string_view member,
                                                   std::size_t maximum) const;
  CloudWatchResult<std::optional<CloudWatchFields>> structure(std::string_view member) const;

 private:
  CloudWatchResult<const boost::json::array*> list(std::string_view member,
                                                   std::size_t maximum) const;

  const boost::json::object& object_;
  bool is_text_;
  std::string path_;
};

/// RFC 3339 with any fraction, and Z or an offset; nothing for other texts.
std::optional<std::int64_t> parse_time(std::string_view text);

}  // namespace control
