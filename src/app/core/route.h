// What can be asked of the platform: one table of routes, from which requests are matched and
// checked and the OpenAPI document is written, so that neither can say what the other does not do.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "app/core/refusal.h"
#include "wire/http/message.h"

namespace app {

struct Call;

/// Who may call. Everybody is told apart where they signed in; `kAnyone` may be signed in, too.
enum class Access : std::uint8_t {
  kAnyone,
  kSignedIn,
  kModerator,  // of the whole platform, and administrators
  kAdministrator,
};

/// Where it runs. What waits for other machines, hashes passwords or reads pictures is kSlow, so
/// that it never holds up pages.
enum class Pace : std::uint8_t { kQuick, kSlow };

/// In whose words errors are told and who is asked for: ours ({"type","message","field"}, cookie or
/// bearer token, 401 and 404 as they are) or those of the UGC demo's backend
/// ({"__type","message"}).
enum class Manners : std::uint8_t { kOwn, kDemo };

/// What is in the body: JSON that the inputs describe, or octets that the route looks at itself.
enum class Body : std::uint8_t { kJson, kOctets };

/// A member of a JSON object, or a parameter of a query (GET and DELETE).
struct Field {
  enum class Type : std::uint8_t { kText, kInteger, kNumber, kBoolean, kObject, kList, kTexts };
  std::string_view name;
  Type type = Type::kText;
  enum class Need : std::uint8_t { kOptional, kRequired } need = Need::kOptional;
  /// Of texts: characters (code points). Of numbers: values. Of lists: entries.
  std::int64_t least = 0;
  std::int64_t most = 0;
  std::string_view description = {};
  /// Of texts: what they may be, separated by '|'; empty: anything.
  std::string_view choices = {};
  /// Of objects and the objects in lists: their members. Empty: anything.
  std::span<const Field> members = {};
};

struct Route {
  wire::http::Method method = wire::http::Method::kGet;
  /// "/api/platform/v1/channels/{name}": a name in braces is one segment, 1 to 200 octets.
  std::string_view path;
  Access access = Access::kAnyone;
  Pace pace = Pace::kQuick;
  std::string_view summary = {};  // a sentence without its end
  std::span<const Field> input = {};
  std::span<const Field> output = {};
  Outcome<Answer> (*run)(Call&) = nullptr;
  Manners manners = Manners::kOwn;
  Body body = Body::kJson;
  std::size_t max_body = 64 << 10;
  /// Of the OpenAPI document: what stands together.
  std::string_view group = {};
};

}  // namespace app
