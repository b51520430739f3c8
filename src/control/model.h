// The operations of the APIs as tables, generated from api/*.json (tools/generate_api). Validation,
// dispatch, the command line and the documentation read them; nothing here depends on what an
// operation does.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace control {

struct Shape;

enum class Type : std::uint8_t {
  kString,
  kEnum,
  kInteger,  // 32 bits
  kLong,     // 64 bits
  kFloat,
  kBoolean,
  kTimestamp,  // RFC 3339 text on the wire
  kStructure,
  kList,
  kMap,  // of strings
};

enum class Location : std::uint8_t { kBody, kPath, kQuery, kHeader };

/// A member of a structure, or the one element of a list or map (then without a name).
struct Member {
  std::string_view name;
  Type type = Type::kString;
  Location location = Location::kBody;
  std::string_view wire_name = {};  // outside the body
  bool required = false;
  bool sensitive = false;
  bool idempotency_token = false;
  std::int64_t minimum = 0;  // characters or value
  std::int64_t maximum = 0;
  bool has_minimum = false;
  bool has_maximum = false;
  std::string_view pattern = {};  // whole-string, empty = none
  std::span<const std::string_view> values = {};
  const Shape* shape = nullptr;        // of structures, lists and maps
  std::string_view default_json = {};  // JSON text, empty = none
};

struct Shape {
  std::string_view name;
  Type type = Type::kStructure;
  std::span<const Member> members = {};  // structures; lists and maps: items, or key and value
  std::int64_t minimum = 0;              // entries
  std::int64_t maximum = 0;
  bool has_minimum = false;
  bool has_maximum = false;
  bool exactly_one_member = false;  // a union
};

struct Pagination {
  std::string_view items;  // the member of the output that holds the list; empty = not paginated
};

struct Operation {
  std::string_view name;
  std::string_view method;
  std::string_view uri;
  std::uint16_t success_status = 200;
  bool readonly = false;
  double default_tps = 0;  // the service's own rate; 0 = not published
  Pagination pagination = {};
  const Shape* input = nullptr;
  const Shape* output = nullptr;  // null: no body
  std::span<const std::string_view> errors = {};
};

struct ErrorShape {
  std::string_view name;
  std::uint16_t status = 500;
};

struct Service {
  std::string_view name;          // "ivs"
  std::string_view signing_name;  // in the scope of a signature
  std::span<const Operation> operations;
  std::span<const ErrorShape> errors;
};

/// Amazon IVS's low-latency API, 41 operations.
const Service& ivs_service();
/// Amazon IVS Chat's API, 17 operations.
const Service& ivschat_service();
/// Our own: access keys, event rules and targets, moderation of rooms, in the same protocol.
const Service& rostrum_service();
/// All of them, in this order.
std::span<const Service* const> all_services();

/// By name; null if no service has it. The operations on tags are in several services: this gives
/// those of the first.
const Operation* find_operation(std::string_view name);
const Operation* find_operation(const Service& service, std::string_view name);
const Service& service_of(const Operation& operation);

/// A default quota of api/quotas.json, of the service `ivs`, or of chat with "chat/" before its
/// name; CHECKs that it exists.
std::int64_t service_quota(std::string_view name);

}  // namespace control
